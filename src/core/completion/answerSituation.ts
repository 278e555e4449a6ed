import { lineStartAt, lineStopAt } from '../../base/lineBounds.ts';
import { BracketScanner, closing, type OpenBracket, type Reading } from './bracketScanner.ts';
import type { CompletionPlace } from './completion.ts';
import { type IndentStyle, indentColumns, indentOf, indentStyle } from './indentation.ts';
import { type LanguageFacts, languageFacts } from './languageFacts.ts';

/** So far from the cursor brackets are paired, characters: some functions of usual length. */
const scanCharacters = 32_000;
/** So many lines before the cursor may come back as an echo. */
const echoLines = 6;
/** So many lines after the cursor are compared with the answer. */
const comparedLines = 12;

/** What must be known of a place to make a completion of an answer. */
export interface AnswerSituation {
  readonly place: CompletionPlace;
  readonly facts: LanguageFacts;
  /** The line's text on both sides of the cursor. */
  readonly linePrefix: string;
  readonly lineSuffix: string;
  /** Whole lines before the cursor's that are not blank, the nearest last. */
  readonly linesBefore: readonly string[];
  /** Lines after the cursor's that are not blank, the nearest first. */
  readonly linesAfter: readonly string[];
  readonly reading: Reading;
  /** Brackets around the cursor, the innermost first, and whether the text lacks what closes each. */
  readonly around: readonly { readonly closer: string; readonly isMissing: boolean }[];
  readonly isMultiline: boolean;
  /** Whether the line begins a block that the answer is to fill. */
  readonly opensBlock: boolean;
  /** Indentation of the cursor's line, columns. */
  readonly baseColumns: number;
  readonly style: IndentStyle;
  readonly lineEnd: '\n' | '\r\n';
}

export function answerSituation(place: CompletionPlace, isMultiline: boolean): AnswerSituation {
  const { text, offset } = place;
  const facts = languageFacts(place.languageId);
  const lineStart = lineStartAt(text, offset);
  const lineStop = lineStopAt(text, offset);
  const linePrefix = text.slice(lineStart, offset);
  const style = indentStyle(text, offset);
  const { reading, around } = bracketsAround(place, facts);
  return {
    place,
    facts,
    linePrefix,
    lineSuffix: text.slice(offset, lineStop).replace(/\r$/, ''),
    linesBefore: linesBefore(text, lineStart),
    linesAfter: linesAfter(text, lineStop),
    reading,
    around,
    isMultiline,
    opensBlock: opensBlock(linePrefix, facts),
    baseColumns: indentColumns(indentOf(linePrefix), style),
    style,
    lineEnd: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

/** Whether a line ends with what begins a block. */
export function opensBlock(linePrefix: string, { blocks }: LanguageFacts): boolean {
  const line = linePrefix.trimEnd();
  switch (blocks) {
    case 'brackets':
      return line.endsWith('{');
    case 'indentation':
      return line.endsWith(':');
    case 'words':
      return /(\b(do|then|else|begin)|\{|^\s*(def|class|module|function)\b.*|\|)$/.test(line);
    case 'none':
      return false;
  }
}

/** What the cursor stands in, and which brackets around it are not closed behind it. */
function bracketsAround(
  { text, offset }: CompletionPlace,
  facts: LanguageFacts,
): Pick<AnswerSituation, 'reading' | 'around'> {
  const scanner = new BracketScanner(facts);
  // What closes nothing there belongs to what was left out before.
  scanner.readAll(text, topLevelBefore(text, offset), offset);
  const { reading } = scanner;
  const behind = new BracketScanner(facts, reading);
  const closers = behind.readAll(text, offset, topLevelAfter(text, offset));
  return { reading, around: pairUp(scanner.open, closers) };
}

/** What is passed over to find the partner of a closing bracket lacks its own. */
function pairUp(
  open: readonly OpenBracket[],
  behind: readonly string[],
): AnswerSituation['around'] {
  const around: { closer: string; isMissing: boolean }[] = [...open]
    .reverse()
    .map(({ bracket }) => ({ closer: closing(bracket), isMissing: true }));
  let from = 0;
  for (const closer of behind) {
    const at = around.findIndex((one, index) => index >= from && one.closer === closer);
    const partner = around[at];
    if (!partner) {
      break;
    }
    partner.isMissing = false;
    from = at + 1;
  }
  return around;
}

/** Where the definition at the left edge begins that holds the cursor, or as far back as is looked. */
function topLevelBefore(text: string, offset: number): number {
  const limit = Math.max(0, offset - scanCharacters);
  let lineStart = lineStartAt(text, offset);
  while (lineStart > limit && !isTopLevel(text, lineStart)) {
    lineStart = lineStartAt(text, lineStart - 1);
  }
  return lineStart;
}

function topLevelAfter(text: string, offset: number): number {
  const limit = Math.min(text.length, offset + scanCharacters);
  let lineStart = text.indexOf('\n', offset) + 1;
  while (lineStart > 0 && lineStart < limit && !isTopLevel(text, lineStart)) {
    lineStart = text.indexOf('\n', lineStart) + 1;
  }
  return lineStart > 0 ? Math.min(lineStart, limit) : limit;
}

function isTopLevel(text: string, lineStart: number): boolean {
  return /[\p{L}_$@]/u.test(text[lineStart] ?? '');
}

function linesBefore(text: string, lineStart: number): readonly string[] {
  const lines: string[] = [];
  let end = lineStart - 1;
  while (end >= 0 && lines.length < echoLines) {
    const start = lineStartAt(text, end);
    const line = text.slice(start, end);
    if (line.trim() !== '') {
      lines.unshift(line);
    }
    end = start - 1;
  }
  return lines;
}

function linesAfter(text: string, lineStop: number): readonly string[] {
  const lines: string[] = [];
  let start = lineStop + 1;
  while (start < text.length && lines.length < comparedLines) {
    const end = lineStopAt(text, start);
    const line = text.slice(start, end);
    if (line.trim() !== '') {
      lines.push(line);
    }
    start = end + 1;
  }
  return lines;
}

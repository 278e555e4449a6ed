/** Makes the text to insert of what has come of an answer. Pure: the same text, however it came. */
import { type CutAnswer, cutAnswer } from './answerCut.ts';
import type { AnswerSituation } from './answerSituation.ts';
import { unwrapAnswer } from './answerUnwrapper.ts';
import { BracketScanner, closing } from './bracketScanner.ts';
import { answerStyle, indentColumns, indentFor, indentOf, reindented } from './indentation.ts';
import { echoLength } from './promptEcho.ts';
import { isSaidBehind, overlapLength } from './suffixOverlap.ts';

/** How an answer ended: not yet, by itself, or by a limit in the middle of something. */
export type AnswerEnd = 'open' | 'whole' | 'limit';

export interface ShapedAnswer {
  /** Empty where nothing is fit to be shown. */
  readonly text: string;
  /** Whether nothing that still comes can change that. */
  readonly isDecided: boolean;
}

const nothing: ShapedAnswer = { text: '', isDecided: true };
const nothingYet: ShapedAnswer = { text: '', isDecided: false };

/** @returns While the answer is open and not decided, the part that will stay as it is. */
export function shapeAnswer(raw: string, situation: AnswerSituation, end: AnswerEnd): ShapedAnswer {
  const { body, isClosed, isSure } = unwrapAnswer(raw, {
    isEnded: end !== 'open',
    hasFences: situation.place.languageId === 'markdown',
  });
  if (end === 'open' && !isSure) {
    return nothingYet;
  }
  const isCutOff = end === 'limit' && !isClosed;
  const isEnded = isClosed || end !== 'open';
  const begun = withoutBeginning(body, situation, isEnded);
  if (begun === undefined) {
    return isEnded ? nothing : nothingYet;
  }
  const whole = isCutOff ? wholeLines(begun) : begun;
  const cut = cutAnswer(whole, situation, isEnded);
  if (!cut.isDecided) {
    return { text: lasting(cut.text, situation), isDecided: false };
  }
  return { text: finished(cut, situation), isDecided: true };
}

/** Of an answer that was cut off the last line is not whole; of the only line all is gone. */
function wholeLines(body: string): string {
  return body.slice(0, Math.max(0, body.lastIndexOf('\n')));
}

/** Without what the answer says again, and without white space that stands there already. */
function withoutBeginning(
  body: string,
  situation: AnswerSituation,
  isEnded: boolean,
): string | undefined {
  const echo = echoLength(body, situation, isEnded);
  if (echo === undefined) {
    return undefined;
  }
  const rest = body.slice(echo);
  const { linePrefix } = situation;
  if (rest.trim() === '' && !isEnded) {
    return undefined;
  }
  return linePrefix.trim() === ''
    ? atLineStart(rest, linePrefix, situation)
    : inLine(rest, situation);
}

function atLineStart(rest: string, linePrefix: string, { style }: AnswerSituation): string {
  const code = rest.replace(/^(?:[ \t]*\n)+/, '');
  const indent = indentOf(code);
  if (indent.startsWith(linePrefix)) {
    return code.slice(linePrefix.length);
  }
  const more = indentColumns(indent, style) - indentColumns(linePrefix, style);
  return indentFor(Math.max(0, more), style) + code.slice(indent.length);
}

function inLine(rest: string, { linePrefix, isMultiline }: AnswerSituation): string {
  if (!/^[ \t]*\n/.test(rest)) {
    return /\s$/.test(linePrefix) ? rest.replace(/^[ \t]+/, '') : rest;
  }
  if (isMultiline) {
    return rest.replace(/^(?:[ \t]*\n)+/, '\n');
  }
  // Nothing but the form of the answer, where the line cannot end here.
  const isUnfinished = /[\s([{=+\-*/&|<>.,:?!]$/.test(linePrefix);
  return isUnfinished ? rest.trimStart() : '';
}

/** What of a text will not be taken back, whatever comes. */
function lasting(text: string, situation: AnswerSituation): string {
  if (situation.isMultiline) {
    // The last whole line may yet be dropped, with the line that is not whole.
    const lines = text.split('\n').slice(0, -2);
    return finishedLines(lines.join('\n').trimEnd(), situation);
  }
  // What may say the same as the text behind the cursor, and quotes that may close what it closes.
  const held = /[\s"'`)\]}>;,]*$/.exec(text)?.index ?? text.length;
  const stays = text.slice(0, held);
  const { lineSuffix, reading } = situation;
  const quote = reading.kind === 'string' ? [reading.form.close] : [];
  const ends = [...quote, ...lineSuffix.slice(0, 1)].map((mark) => stays.indexOf(mark));
  return stays.slice(0, Math.min(stays.length, ...ends.filter((at) => at >= 0)));
}

function finished(cut: CutAnswer, situation: AnswerSituation): string {
  const text = situation.isMultiline ? finishedBlock(cut, situation) : finishedLine(cut, situation);
  const isWorthless = text.trim() === '' || isSaidBehind(text, situation);
  return isWorthless ? '' : text.replaceAll('\n', situation.lineEnd);
}

function finishedLine({ text }: CutAnswer, situation: AnswerSituation): string {
  const { lineSuffix } = situation;
  const quoted = withoutClosingQuote(text, situation);
  const rest = quoted.slice(0, quoted.length - overlapLength(quoted, situation));
  const kept = /^\w/.test(lineSuffix) ? rest : rest.trimEnd();
  return kept + (/^[)\]}]/.test(lineSuffix.trimStart()) ? missingClosers(kept, situation) : '');
}

/** A string that is closed behind the cursor is not closed by what is inserted. */
function withoutClosingQuote(
  text: string,
  { reading, lineSuffix, facts }: AnswerSituation,
): string {
  if (reading.kind !== 'string' || !lineSuffix.startsWith(reading.form.close)) {
    return text;
  }
  const scanner = new BracketScanner(facts, reading);
  scanner.readAll(text);
  return scanner.reading.kind === 'string' ? text : untilQuote(text, reading.form.close);
}

/** Up to what closes the string that a text begins in; what is escaped does not. */
function untilQuote(text: string, quote: string): string {
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith(quote, at)) {
      return text.slice(0, at);
    }
    if (text[at] === '\\') {
      at += 1;
    }
  }
  return text;
}

/** What closes the brackets that a text leaves open, the innermost first. */
function missingClosers(text: string, { facts, reading }: AnswerSituation): string {
  const scanner = new BracketScanner(facts, reading);
  scanner.readAll(text);
  const isCode = scanner.reading.kind === 'code';
  return isCode
    ? scanner.open
        .map(({ bracket }) => closing(bracket))
        .reverse()
        .join('')
    : '';
}

function finishedBlock(cut: CutAnswer, situation: AnswerSituation): string {
  const { lineSuffix, opensBlock, baseColumns, style } = situation;
  const text = cut.text.trimEnd();
  const lined = finishedLines(text, situation) + closingLines(text, cut, situation);
  const isOwnLine = opensBlock || /\n[ \t]*$/.test(cut.text);
  if (/^[)\]}]/.test(lineSuffix.trimStart()) && isOwnLine && text.includes('\n')) {
    return `${lined}\n${indentFor(baseColumns, style)}`;
  }
  return lined.slice(0, lined.length - overlapLength(lined, situation));
}

/** The lines after the first as the file indents. */
function finishedLines(text: string, situation: AnswerSituation): string {
  if (!text.includes('\n')) {
    return text;
  }
  const { style: to } = situation;
  const from = answerStyle(text, to);
  return reindented(text, { from, to, moveBy: missingColumns(text, situation) });
}

/**
 * How far the lines must be moved where an answer in the middle of a block indents as if it began at
 * the left edge. Only brackets tell that from a block that has ended.
 */
function missingColumns(text: string, situation: AnswerSituation): number {
  const { facts, baseColumns, linePrefix, style, reading } = situation;
  if (facts.blocks !== 'brackets' || reading.kind !== 'code' || linePrefix.trim() !== '') {
    return 0;
  }
  const [first = '', ...lines] = text.split('\n');
  const next = lines.find((line) => line.trim() !== '') ?? linePrefix;
  const columns = indentColumns(next, style);
  if (columns >= baseColumns || situation.around.length === 0) {
    return 0;
  }
  const isInner = missingClosers(first, situation) !== '' && !/^\s*[)\]}]/.test(next);
  return baseColumns + (isInner ? indentColumns(style.unit, style) : 0) - columns;
}

/** Lines that close what the answer left open, for each line that opened something. */
function closingLines(
  text: string,
  { isBeforeCloser, closed }: CutAnswer,
  situation: AnswerSituation,
): string {
  const { facts, reading, style, around, opensBlock, linePrefix } = situation;
  const scanner = new BracketScanner(facts, reading);
  scanner.readAll(text);
  const isBalanced = scanner.reading.kind !== 'code' || isBeforeCloser || text === '';
  if (isBalanced || facts.blocks !== 'brackets') {
    return '';
  }
  const byLine = new Map<string, string>();
  for (const { bracket, offset } of [...scanner.open].reverse()) {
    const start = text.lastIndexOf('\n', offset) + 1;
    const line = start === 0 ? linePrefix : text.slice(start);
    byLine.set(indentOf(line), (byLine.get(indentOf(line)) ?? '') + closing(bracket));
  }
  const [block] = around;
  if (opensBlock && block?.isMissing && closed === 0) {
    byLine.set(indentOf(linePrefix), (byLine.get(indentOf(linePrefix)) ?? '') + block.closer);
  }
  return [...byLine]
    .map(([indent, closers]) => `\n${indentFor(indentColumns(indent, style), style)}${closers}`)
    .join('');
}

import type { AnswerSituation } from './answerSituation.ts';
import { BracketScanner } from './bracketScanner.ts';
import { indentColumns } from './indentation.ts';
import { isNextLine } from './suffixOverlap.ts';

/** Longer than any block that is worth reading as ghost text. */
const maxLines = 60;
/** A server that knows no end is not followed any further, characters. */
const maxCharacters = 8_000;

/** What is kept of an answer. */
export interface CutAnswer {
  readonly text: string;
  /** Whether nothing that still comes can change that. */
  readonly isDecided: boolean;
  /** Whether it was cut before a bracket or a word that stands behind the cursor already. */
  readonly isBeforeCloser: boolean;
  /** How many of the brackets around the cursor it closes. */
  readonly closed: number;
}

type Rule = 'keep' | 'end' | 'cut';

/** Clauses that go on with a statement at the indentation of its beginning. */
const continuations =
  /^(else|elif|elsif|elseif|except|finally|catch|case|when|default|rescue|ensure|then)\b/;
const closingWords = /^(end|fi|done|esac)\b/;

/** Cuts an answer where the block around the cursor ends, or its line where one is wanted. */
export function cutAnswer(body: string, situation: AnswerSituation, isEnded: boolean): CutAnswer {
  return situation.isMultiline
    ? new BlockCutter(situation).cut(body, isEnded)
    : cutLine(body, situation, isEnded);
}

function cutLine(body: string, situation: AnswerSituation, isEnded: boolean): CutAnswer {
  const newline = body.indexOf('\n');
  const line = newline < 0 ? body : body.slice(0, newline);
  const brackets = new AnswerBrackets(situation);
  const at = brackets.read(line);
  const isCut = at < line.length;
  const { openRegex } = brackets.scanner;
  if (openRegex !== undefined && !isEnded && newline < 0) {
    // What closes it may still come, and a bracket in it is none.
    return { text: line.slice(0, openRegex), isDecided: false, isBeforeCloser: false, closed: 0 };
  }
  return {
    text: line.slice(0, at),
    isDecided: isEnded || newline >= 0 || isCut || line.length > maxCharacters,
    isBeforeCloser: isCut,
    closed: brackets.closed,
  };
}

/** The brackets of an answer, with those around the cursor that the text does not close itself. */
class AnswerBrackets {
  readonly scanner: BracketScanner;
  /** How many of the brackets around the cursor the answer has closed. */
  closed = 0;
  hasOpened = false;
  private readonly around: AnswerSituation['around'];

  constructor({ facts, reading, around }: AnswerSituation) {
    this.scanner = new BracketScanner(facts, reading);
    this.around = around;
  }

  get depth(): number {
    return this.scanner.open.length;
  }

  /** Reads a piece, up to a bracket that may not be closed here. Gives its place, or the length. */
  read(piece: string): number {
    let at = 0;
    while (at < piece.length) {
      at = this.scanner.scan(piece, at);
      this.hasOpened ||= this.depth > 0;
      if (at < piece.length) {
        const next = this.around[this.closed];
        if (!next?.isMissing || next.closer !== piece[at]) {
          return at;
        }
        this.closed += 1;
        at += 1;
      }
    }
    return at;
  }
}

class BlockCutter {
  private readonly situation: AnswerSituation;
  private readonly brackets: AnswerBrackets;
  private readonly isCode: boolean;
  /** What a line must at least be indented by to belong to the block, columns. */
  private blockColumns: number | undefined;
  private hasContent = false;
  private isAfterBlank = false;

  constructor(situation: AnswerSituation) {
    this.situation = situation;
    this.brackets = new AnswerBrackets(situation);
    this.isCode = situation.reading.kind === 'code';
    this.blockColumns = situation.opensBlock ? undefined : situation.baseColumns;
  }

  cut(body: string, isEnded: boolean): CutAnswer {
    const lines = body.split('\n');
    const kept: string[] = [];
    for (const [index, line] of lines.entries()) {
      const isWhole = index < lines.length - 1 || isEnded;
      if (index >= maxLines || body.length > maxCharacters) {
        return this.decided(kept, false);
      }
      if (!isWhole) {
        // Whether it belongs here is told when it is whole.
        return { ...this.decided([...kept, line], false), isDecided: false };
      }
      if (this.beforeLine(line, index) === 'cut') {
        return this.decided(kept, true);
      }
      const at = this.brackets.read(line);
      if (at < line.length) {
        kept.push(line.slice(0, at));
        return this.decided(kept, true);
      }
      this.brackets.read('\n');
      kept.push(line);
      if (this.afterLine(line) === 'end') {
        return this.decided(kept, false);
      }
    }
    return this.decided(kept, false);
  }

  private decided(lines: readonly string[], isBeforeCloser: boolean): CutAnswer {
    const { closed } = this.brackets;
    return { text: lines.join('\n'), isDecided: true, isBeforeCloser, closed };
  }

  /** Whether a line still belongs to the block, by what stands at its beginning. */
  private beforeLine(line: string, index: number): Rule {
    const { situation } = this;
    if (this.brackets.depth > 0 || !this.isCode) {
      return 'keep';
    }
    const isOwnLine = index > 0 || situation.linePrefix.trim() === '';
    if (isOwnLine && isNextLine(line, situation) && this.isAsNext(line)) {
      return 'cut';
    }
    if (line.trim() === '') {
      return this.atBlankLine();
    }
    if (index > 0) {
      return this.byIndent(line);
    }
    if (isOwnLine) {
      this.blockColumns = situation.baseColumns + indentColumns(line, situation.style);
    }
    return 'keep';
  }

  /** Outside of all blocks a blank line ends what belongs together. */
  private atBlankLine(): Rule {
    const { blocks } = this.situation.facts;
    this.isAfterBlank = true;
    const ends = blocks === 'none' || (blocks === 'brackets' && this.isAtTop());
    return ends && this.hasContent ? 'cut' : 'keep';
  }

  private isAtTop(): boolean {
    const { around, baseColumns, opensBlock } = this.situation;
    return around.length === 0 && baseColumns === 0 && !opensBlock;
  }

  /**
   * A closing bracket alone is on many lines, and where indentation tells blocks apart a word such as
   * `else` is, too: then it must stand at the same column.
   */
  private isAsNext(line: string): boolean {
    const { linesAfter, style, facts } = this.situation;
    const [next = ''] = linesAfter;
    const isTelling = facts.blocks === 'brackets' && /\w{2}/.test(line);
    return isTelling || indentColumns(line, style) === indentColumns(next, style);
  }

  private byIndent(line: string): Rule {
    const { facts, opensBlock, baseColumns, style } = this.situation;
    if (facts.blocks !== 'indentation' && facts.blocks !== 'words') {
      return 'keep';
    }
    const columns = indentColumns(line, style);
    const word = line.trim();
    const isClause = columns === baseColumns && opensBlock;
    if (isClause && (continuations.test(word) || closingWords.test(word))) {
      return 'keep';
    }
    if (columns === 0 && this.isAfterBlank && this.hasContent && this.isAtTop()) {
      return 'cut';
    }
    this.blockColumns ??= Math.max(columns, baseColumns + 1);
    return columns < this.blockColumns ? 'cut' : 'keep';
  }

  private afterLine(line: string): Rule {
    const { situation, brackets } = this;
    this.hasContent ||= line.trim() !== '';
    if (!this.isCode || brackets.depth > 0) {
      return 'keep';
    }
    if (situation.facts.blocks === 'words' && situation.opensBlock) {
      const isAtBase = indentColumns(line, situation.style) === situation.baseColumns;
      return this.hasContent && isAtBase && closingWords.test(line.trim()) ? 'end' : 'keep';
    }
    if (brackets.closed > 0) {
      return 'end';
    }
    const isDefined = brackets.hasOpened && situation.facts.blocks === 'brackets';
    return isDefined && this.isAtTop() ? 'end' : 'keep';
  }
}

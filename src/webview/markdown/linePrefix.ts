import { type BlockStart, readBlockStart } from './blockStart.ts';

/** What surrounds a block. Columns count from the line's start, tabs to the next multiple of four. */
export type Container =
  | { readonly type: 'quote' }
  | { readonly type: 'list'; readonly isOrdered: boolean }
  | { readonly type: 'item'; readonly markerColumn: number; readonly contentColumn: number };

/** Containers inside containers: every level is a DOM level, and no text needs more. */
export const maxContainers = 32;

/** Reads whitespace and markers off a line's beginning. */
export class LineReader {
  readonly line: string;
  at = 0;
  column = 0;

  constructor(line: string) {
    this.line = line;
  }

  get rest(): string {
    return this.line.slice(this.at);
  }

  /** Columns of whitespace from here on. */
  get indent(): number {
    let column = this.column;
    let at = this.at;
    while (isSpace(this.line[at])) {
      column += widthAt(this.line[at], column);
      at += 1;
    }
    return column - this.column;
  }

  get isBlank(): boolean {
    return !/[^ \t]/.test(this.rest);
  }

  /** Takes whitespace up to a column; a tab that reaches beyond it is taken whole. */
  skipTo(column: number): void {
    while (this.column < column && isSpace(this.line[this.at])) {
      this.column += widthAt(this.line[this.at], this.column);
      this.at += 1;
    }
  }

  skip(characters: number): void {
    this.at += characters;
    this.column += characters;
  }
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

function widthAt(character: string | undefined, column: number): number {
  return character === '\t' ? 4 - (column % 4) : 1;
}

type Match = 'yes' | 'no' | 'needMore';

/**
 * Takes the prefixes of the open containers off a line and returns how many containers go on in it.
 * Items are lenient about indentation, as their authors are: two columns beyond the marker will do.
 */
export function matchContainers(
  reader: LineReader,
  containers: readonly Container[],
  isComplete: boolean,
): number | 'needMore' {
  for (const [index, container] of containers.entries()) {
    const match = matchContainer(reader, container, isComplete);
    if (match !== 'yes') {
      return match === 'no' ? index : match;
    }
  }
  return containers.length;
}

/** For a line of fenced code: only quote markers are needed, indentation may be missing. */
export function matchQuotes(
  reader: LineReader,
  containers: readonly Container[],
  isComplete: boolean,
): Match {
  for (const container of containers) {
    const match =
      container.type === 'quote' ? matchContainer(reader, container, isComplete) : 'yes';
    if (match !== 'yes') {
      return match;
    }
  }
  return 'yes';
}

function matchContainer(reader: LineReader, container: Container, isComplete: boolean): Match {
  if (container.type === 'list') {
    return 'yes';
  }
  if (reader.isBlank && !isComplete) {
    return 'needMore';
  }
  if (container.type === 'item') {
    return reader.isBlank || takeItemIndent(reader, container) ? 'yes' : 'no';
  }
  if (!takeQuoteMarker(reader)) {
    return 'no';
  }
  if (reader.rest === '' && !isComplete) {
    return 'needMore';
  }
  reader.skipTo(reader.column + 1);
  return 'yes';
}

function takeItemIndent(reader: LineReader, item: Extract<Container, { type: 'item' }>): boolean {
  const required = Math.min(item.contentColumn, item.markerColumn + 2);
  if (reader.column + reader.indent < required) {
    return false;
  }
  reader.skipTo(item.contentColumn);
  return true;
}

function takeQuoteMarker(reader: LineReader): boolean {
  const start = reader.line.slice(reader.at).search(/[^ \t]/);
  if (start === -1 || reader.line[reader.at + start] !== '>') {
    return false;
  }
  reader.skipTo(reader.column + reader.indent);
  reader.skip(1);
  return true;
}

/** What a line does: which containers go on, which begin, and what stands in the innermost. */
export interface LinePlan {
  readonly matched: number;
  readonly starts: readonly (Container & { readonly start?: number })[];
  readonly block:
    | { readonly type: 'blank' | 'text' | 'indented' | 'rule' | 'tableLine' }
    | Extract<BlockStart, { type: 'heading' }>
    | (Extract<BlockStart, { type: 'fence' }> & { readonly column: number })
    | { readonly type: 'task'; readonly isDone: boolean };
  /** The text that follows the markers. */
  readonly rest: string;
}

export interface LineContext {
  readonly containers: readonly Container[];
  readonly isParagraphOpen: boolean;
}

/** Plans a line, or asks for more of it. A complete line is always planned. */
export function planLine(
  line: string,
  isComplete: boolean,
  context: LineContext,
): LinePlan | 'needMore' {
  const reader = new LineReader(line);
  const matched = matchContainers(reader, context.containers, isComplete);
  if (matched === 'needMore') {
    return 'needMore';
  }
  const starts: StartedContainer[] = [];
  while (true) {
    const planned = planRest(reader, isComplete, starts, context);
    if (planned !== 'container') {
      return planned === 'needMore' ? planned : { matched, starts, ...planned };
    }
  }
}

type StartedContainer = LinePlan['starts'][number];
type BlockPlan = Pick<LinePlan, 'block' | 'rest'>;

/** Plans what is left of the line, or takes one more container's marker off it. */
function planRest(
  reader: LineReader,
  isComplete: boolean,
  starts: StartedContainer[],
  context: LineContext,
): BlockPlan | 'container' | 'needMore' {
  if (reader.isBlank) {
    return planBlank(reader.line, isComplete);
  }
  if (isIndentedCode(reader, starts.length, context)) {
    reader.skipTo(reader.column + 4);
    return { block: { type: 'indented' }, rest: reader.rest };
  }
  reader.skipTo(reader.column + reader.indent);
  const task = starts.at(-1)?.type === 'item' ? readTask(reader, isComplete) : undefined;
  if (task) {
    return task === 'needMore' ? task : { block: task, rest: reader.rest };
  }
  const start = readBlockStart(reader.rest, isComplete);
  if (start === 'needMore') {
    return start;
  }
  return takeContainer(reader, start, starts, context) ? 'container' : planBlock(reader, start);
}

/** After this many spaces nothing but text is expected. Own choice. */
const maxBlankLine = 1_000;

function planBlank(line: string, isComplete: boolean): BlockPlan | 'needMore' {
  if (isComplete) {
    return { block: { type: 'blank' }, rest: '' };
  }
  return line.length > maxBlankLine ? { block: { type: 'text' }, rest: '' } : 'needMore';
}

function isIndentedCode(reader: LineReader, starts: number, context: LineContext): boolean {
  const isTopLevel = context.containers.length === 0 && starts === 0;
  return isTopLevel && !context.isParagraphOpen && reader.indent >= 4;
}

function readTask(
  reader: LineReader,
  isComplete: boolean,
): { type: 'task'; isDone: boolean } | 'needMore' | undefined {
  const found = /^\[([ xX])\][ \t]+(?=\S)/.exec(reader.rest);
  if (found) {
    reader.skip(found[0].length);
    return { type: 'task', isDone: found[1] !== ' ' };
  }
  const mayCome = !isComplete && /^\[(?:[ xX](?:\][ \t]{0,99})?)?$/.test(reader.rest);
  return mayCome ? 'needMore' : undefined;
}

/** Takes a quote's or an item's marker; false if the line begins with neither. */
function takeContainer(
  reader: LineReader,
  start: BlockStart,
  starts: StartedContainer[],
  context: LineContext,
): boolean {
  if (context.containers.length + starts.length >= maxContainers) {
    return false;
  }
  if (start.type === 'quote') {
    reader.skip(1);
    reader.skipTo(reader.column + 1);
    starts.push({ type: 'quote' });
    return true;
  }
  if (start.type !== 'item' || !mayStartItem(reader, start, starts.length, context)) {
    return false;
  }
  const markerColumn = reader.column;
  reader.skip(start.length);
  const spaces = reader.indent;
  const contentColumn = reader.column + (spaces >= 1 && spaces <= 4 ? spaces : 1);
  starts.push({
    type: 'item',
    markerColumn,
    contentColumn,
    ...(start.start === undefined ? {} : { start: start.start }),
  });
  return true;
}

/** In the middle of a paragraph, "1989." at the start of a line is no list, nor is a lone dash. */
function mayStartItem(
  reader: LineReader,
  start: Extract<BlockStart, { type: 'item' }>,
  starts: number,
  context: LineContext,
): boolean {
  if (!context.isParagraphOpen || starts > 0) {
    return true;
  }
  const isEmpty = reader.rest.slice(start.length).trim() === '';
  const isInList = context.containers.some((container) => container.type === 'list');
  return !isEmpty && (isInList || start.start === undefined || start.start === 1);
}

function planBlock(reader: LineReader, start: BlockStart): BlockPlan {
  switch (start.type) {
    case 'heading':
      reader.skip(start.length);
      return { block: start, rest: reader.rest };
    case 'fence':
      return { block: { ...start, column: reader.column }, rest: '' };
    case 'rule':
      return { block: { type: 'rule' }, rest: '' };
    case 'tableLine':
      return { block: { type: 'tableLine' }, rest: reader.rest };
    default:
      return { block: { type: 'text' }, rest: reader.rest };
  }
}

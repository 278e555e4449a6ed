import { lineStartAt, lineStopAt } from '../../base/lineBounds.ts';
import type { TextRange } from './syntax.ts';

/** What indentation tells of blocks, where there is no tree or the tree is broken. */

/** Just after the last line of the block around an offset; the end of the text at the top level. */
export function indentedBlockEnd(text: string, offset: number): number {
  const own = indentAround(text, offset);
  if (own === 0) {
    return text.length;
  }
  let end = lineStopAt(text, offset);
  if (text.slice(offset, end).trim() === '') {
    end = offset;
  }
  for (const line of linesFrom(text, lineStopAt(text, offset) + 1)) {
    const content = text.slice(line.start, line.end);
    if (content.trim() === '') {
      continue;
    }
    if (indentOf(content) < own) {
      return end;
    }
    end = line.start + content.trimEnd().length;
  }
  return end;
}

/** Whether what stands before an offset opens a block, and nothing indented follows. */
export function isAtIndentedStart(text: string, offset: number): boolean {
  const before = text.slice(0, offset).trimEnd();
  if (!/(?:[{:]|\b(?:do|then|else|begin))$/.test(before)) {
    return false;
  }
  const restEnd = lineStopAt(text, offset);
  if (/[^\s})\];,]/.test(text.slice(offset, restEnd))) {
    return false;
  }
  const opener = before.slice(before.lastIndexOf('\n') + 1);
  for (const line of linesFrom(text, restEnd + 1)) {
    const content = text.slice(line.start, line.end);
    if (content.trim() !== '') {
      return indentOf(content) <= indentOf(opener);
    }
  }
  return true;
}

/** The indentation of a line, columns; a tab goes to the next multiple of four. */
export function indentOf(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character === '\t') {
      columns += 4 - (columns % 4);
    } else if (character === ' ') {
      columns += 1;
    } else {
      break;
    }
  }
  return columns;
}

/** The lines from an offset on, without what ends them. */
export function* linesFrom(text: string, offset: number): Iterable<TextRange> {
  for (let start = offset; start <= text.length; ) {
    const end = lineStopAt(text, start);
    yield { start, end };
    start = end + 1;
  }
}

/** The indentation of the line of an offset; of a blank one, that of the offset. */
function indentAround(text: string, offset: number): number {
  const start = lineStartAt(text, offset);
  const line = text.slice(start, lineStopAt(text, offset));
  return line.trim() === '' ? indentOf(text.slice(start, offset)) : indentOf(line);
}

import type { TextChange } from './syntax.ts';

/** A place as tree-sitter counts: from zero, columns in UTF-16 code units. */
export interface Point {
  readonly row: number;
  readonly column: number;
}

/** Where the lines of a text begin. A change costs what it touches, and moving what is behind it. */
export class LineIndex {
  private starts: number[];

  constructor(text: string) {
    this.starts = lineStarts(text, 0, [0]);
  }

  pointAt(offset: number): Point {
    const row = this.rowAt(offset);
    return { row, column: offset - (this.starts[row] ?? 0) };
  }

  /** The text changed: offsets are in the text before. */
  apply(change: TextChange): void {
    const first = this.rowAt(change.start) + 1;
    const firstBehind = this.rowAt(change.end) + 1;
    const moved = change.text.length - (change.end - change.start);
    const behind = this.starts.slice(firstBehind);
    this.starts.length = first;
    for (const start of lineStarts(change.text, change.start)) {
      this.starts.push(start);
    }
    for (const start of behind) {
      this.starts.push(start + moved);
    }
  }

  /** The last row that begins at or before the offset. */
  private rowAt(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}

/** Where lines begin behind each line feed, which alone ends a line for tree-sitter. */
function lineStarts(text: string, base: number, starts: number[] = []): number[] {
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    starts.push(base + at + 1);
  }
  return starts;
}

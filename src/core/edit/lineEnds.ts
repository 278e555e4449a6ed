import { countLineEnds } from '../../base/lineBounds.ts';

/** A text with every CRLF made LF, and the way back from its offsets. */
export interface UnifiedText {
  readonly text: string;
  /** The offset in the original: of the CR where `offset` is a newline that had one. */
  toOriginal(offset: number): number;
  /** The line end that most newlines of the original have; undefined where it has none. */
  readonly lineEnd: LineEnd | undefined;
}

export type LineEnd = '\n' | '\r\n';

/** Makes line ends alike, so that a text quoted with LF is found in a file with CRLF. */
export function unifyLineEnds(original: string): UnifiedText {
  const returns = returnOffsets(original);
  if (returns.length === 0) {
    const lineEnd = original.includes('\n') ? '\n' : undefined;
    return { text: original, toOriginal: (offset) => offset, lineEnd };
  }
  return {
    text: original.replaceAll('\r\n', '\n'),
    toOriginal: (offset) => offset + countBelow(returns, offset),
    lineEnd: returns.length * 2 >= countLineEnds(original) ? '\r\n' : '\n',
  };
}

/** The text with each of its line ends as `lineEnd`. */
export function withLineEnd(text: string, lineEnd: LineEnd): string {
  const unified = text.replaceAll('\r\n', '\n');
  return lineEnd === '\n' ? unified : unified.replaceAll('\n', '\r\n');
}

/** Offsets, in the unified text, of the newlines that had a CR. Ascending. */
function returnOffsets(original: string): readonly number[] {
  const offsets: number[] = [];
  for (let at = original.indexOf('\r\n'); at >= 0; at = original.indexOf('\r\n', at + 2)) {
    offsets.push(at - offsets.length);
  }
  return offsets;
}

/** How many of the ascending `offsets` are below `limit`. */
function countBelow(offsets: readonly number[], limit: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < limit) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

import type { TextRange } from './syntax.ts';

/** What lies between the beginning of a block and what closes it. */
export interface Block extends TextRange {
  /** Whether there is no statement in it; comments do not count. */
  readonly isEmpty: boolean;
}

/** Just after the last statement of a block, and not before the offset. */
export function endOfContents(block: TextRange, text: string, offset: number): number {
  const contents = text.slice(block.start, block.end).trimEnd();
  return Math.max(offset, block.start + contents.length);
}

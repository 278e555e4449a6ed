import { setImmediate as immediate } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { CancelledError } from '../../base/errors.ts';
import type { SyntaxParser, SyntaxTree } from './treeSitter.ts';

/** Parsed without a pause, ms: half a frame, so that a keystroke is never held up by a parse. */
export const sliceMs = 8;

export interface ParseLimits {
  readonly clock: Clock;
  /** A parse that takes longer, pauses included, is given up. */
  readonly deadlineMs: number;
  /** Whether nobody wants the tree any more. */
  readonly isOver: () => boolean;
}

/**
 * Parses in slices between which everything else has its turn. Undefined where the deadline passes;
 * rejects with `CancelledError` where nobody wants the tree any more. The parser is ready for another text after.
 */
export async function parseInSlices(
  parser: SyntaxParser,
  { text, old }: { readonly text: string; readonly old: SyntaxTree | undefined },
  { clock, deadlineMs, isOver }: ParseLimits,
): Promise<SyntaxTree | undefined> {
  const endMs = clock.now() + deadlineMs;
  try {
    for (;;) {
      const pauseMs = Math.min(endMs, clock.now() + sliceMs);
      const tree = parser.parse(text, old, () => clock.now() >= pauseMs);
      if (tree || clock.now() >= endMs) {
        return tree;
      }
      await immediate();
      if (isOver()) {
        throw new CancelledError();
      }
    }
  } finally {
    parser.reset();
  }
}

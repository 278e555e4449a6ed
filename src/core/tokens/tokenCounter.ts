import { lazy } from '../../base/lazy.ts';
import type { PieceCounter } from './pieceCounter.ts';
import { roughTokens } from './roughTokens.ts';

/**
 * Counts text in tokens of cl100k: not what a model counts, but in a steady proportion to it, which
 * `Calibration` learns. The tokenizer loads on demand; until then counts are estimates from the size.
 */
export class TokenCounter {
  /** Loads the tokenizer: 1.1 MB and some 30 ms of work, so never while VS Code starts. */
  readonly load: () => Promise<void>;
  private pieces: PieceCounter | undefined;

  constructor() {
    this.load = lazy(async () => {
      const { createPieceCounter } = await import('./pieceCounter.ts');
      this.pieces = await createPieceCounter();
    });
  }

  /** Whether counts are a tokenizer's. Counts from before are not to be kept. */
  get isLoaded(): boolean {
    return this.pieces !== undefined;
  }

  count(text: string): number {
    return this.pieces?.count(text) ?? roughTokens(text);
  }
}

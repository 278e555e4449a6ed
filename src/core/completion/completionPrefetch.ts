import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Usage } from '../model/message.ts';
import { PredictivePrefetch } from '../prefetch/predictivePrefetch.ts';
import type { PrefetchCounters, PrefetchKind } from '../prefetch/preparation.ts';
import type { CompletionEngine } from './completionEngine.ts';
import type { CompletionSpot } from './completionSpot.ts';
import type { JudgedOffer } from './offerWatch.ts';

export interface CompletionPrefetchParts {
  readonly engine: Pick<CompletionEngine, 'prepare'>;
  readonly clock: Clock;
  /** The user's setting; asked each time. */
  readonly isEnabled: () => boolean;
  /** US dollars; undefined where the price is not known. */
  readonly costOf: (usage: Usage, model: string) => number | undefined;
}

/** Until the user has read what was accepted and gone on, or away. */
const usefulMs = 60_000;
/**
 * One in three: what is asked right after an accept would mostly be asked a moment later anyway, so
 * that a miss wastes little.
 */
const minHitShare = 0.33;

/** After an accept, asks for what comes next without a wait, as long as enough of it gets used. */
export class CompletionPrefetch implements Disposable {
  private readonly prefetch: PredictivePrefetch;
  private next: { readonly target: string; readonly spot: CompletionSpot } | undefined;
  private count = 0;

  constructor({ engine, clock, isEnabled, costOf }: CompletionPrefetchParts) {
    this.prefetch = new PredictivePrefetch({
      clock,
      isEnabled,
      preparations: {
        completion: {
          usefulMs,
          minHitShare,
          prepare: async (target, signal) => {
            const { next } = this;
            const asked =
              next?.target === target ? await engine.prepare(next.spot, target, signal) : undefined;
            return asked && { costUsd: (asked.usage && costOf(asked.usage, asked.model)) ?? 0 };
          },
        },
      },
    });
  }

  /** A completion was accepted, and the cursor stands behind it. */
  accepted(spot: CompletionSpot): void {
    this.count += 1;
    this.next = { target: `${spot.document.id} ${this.count}`, spot };
    this.prefetch.expect('completion', this.next.target);
  }

  judged({ watched, fate }: JudgedOffer): void {
    const { preparedFor } = watched.offer.origin;
    if (preparedFor !== undefined) {
      const hasHelped = fate === 'accepted' || fate === 'followed';
      this.prefetch.used('completion', preparedFor, hasHelped);
    }
  }

  counters(): ReadonlyMap<PrefetchKind, PrefetchCounters> {
    return this.prefetch.counters();
  }

  dispose(): void {
    this.prefetch.dispose();
  }
}

import type { CompletionStatistics } from './completionStatistics.ts';
import type { JudgedOffer, WatchedOffer } from './offerWatch.ts';
import { type SurvivalWatch, survivalChecksMs } from './survival.ts';

export interface CompletionOutcomesParts {
  readonly statistics: Pick<CompletionStatistics, 'add'>;
  readonly survival: Pick<SurvivalWatch, 'accepted'>;
  /** Tells whether the answer of a request held. */
  readonly recordOutcome: (requestId: string, held: boolean, model: string) => void;
}

/** Of an accepted text, the share that must still be there for it to have held. */
const heldShare = 0.5;

/**
 * Writes down what becomes of completions. For the choice of models only accepted ones count: what
 * was ignored was mostly not wrong, but not what was wanted just then.
 */
export class CompletionOutcomes {
  private readonly parts: CompletionOutcomesParts;

  constructor(parts: CompletionOutcomesParts) {
    this.parts = parts;
  }

  offered(watched: WatchedOffer): void {
    this.parts.statistics.add(kindOf(watched), {
      offered: 1,
      offered_characters: watched.text.length,
    });
  }

  judged({ watched, fate }: JudgedOffer): void {
    const { statistics, survival } = this.parts;
    statistics.add(kindOf(watched), {
      [fate]: 1,
      accepted_characters: watched.acceptedCharacters,
    });
    if (fate === 'accepted') {
      const { documentId, line, text, reached } = watched;
      survival.accepted({ documentId, line, text: text.slice(0, reached) }, (afterMs, share) =>
        this.survived(watched, afterMs, share),
      );
    }
  }

  private survived(watched: WatchedOffer, afterMs: number, share: number): void {
    const [soonMs] = survivalChecksMs;
    const isSoon = afterMs === soonMs;
    this.parts.statistics.add(
      kindOf(watched),
      isSoon ? { checked_30s: 1, kept_30s: share } : { checked_5min: 1, kept_5min: share },
    );
    const { requestId, model } = watched.offer.origin;
    // Later it may have been changed for reasons that say nothing of it.
    if (isSoon && requestId !== undefined && model !== undefined) {
      this.parts.recordOutcome(requestId, share >= heldShare, model);
    }
  }
}

function kindOf({ languageId, offer }: WatchedOffer) {
  return { languageId, model: offer.origin.model ?? '' };
}

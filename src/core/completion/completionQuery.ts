import type { ModelFailure } from '../model/request.ts';
import type { CompletionTrigger } from './completion.ts';
import type { CompletionOffer } from './completionOffer.ts';
import type { CompletionSpot } from './completionSpot.ts';

export interface CompletionQuery {
  readonly spot: CompletionSpot;
  readonly trigger: CompletionTrigger;
  /** The place as it would be with what is selected in a list. The offers are for that. */
  readonly selected?: CompletionSpot;
  readonly signal: AbortSignal;
}

export type Offers = readonly CompletionOffer[];

/** What the engine does, for the status bar. */
export interface CompletionActivity {
  readonly isAsking: boolean;
  /** What went wrong last; undefined once a model has answered again. */
  readonly failure: ModelFailure | undefined;
}

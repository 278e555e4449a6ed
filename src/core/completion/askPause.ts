import type { Clock } from '../../base/clock.ts';
import type { ModelFailure, ModelFailureKind } from '../model/request.ts';

/** After the first failure, and at most: doubled with each that follows. Milliseconds. */
const firstPauseMs = 2_000;
const longestPauseMs = 60_000;
/** What only the user can change: asked again now and then, in case they did so elsewhere. */
const userPauseMs = 5 * 60_000;
const forTheUser: ReadonlySet<ModelFailureKind> = new Set<ModelFailureKind>([
  'authentication',
  'billing',
  'overBudget',
]);

/** After a failure models are left alone for a while, longer each time: a key is no reason to hurry. */
export class AskPause {
  private readonly clock: Clock;
  private failures = 0;
  private untilMs = Number.NEGATIVE_INFINITY;
  private last: ModelFailure | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Whether nothing is to be asked now. */
  get isOn(): boolean {
    return this.clock.now() < this.untilMs;
  }

  /** What went wrong last; undefined once something went well. */
  get failure(): ModelFailure | undefined {
    return this.last;
  }

  failed(failure: ModelFailure): void {
    const growing = Math.min(longestPauseMs, firstPauseMs * 2 ** this.failures);
    const usual = forTheUser.has(failure.kind) ? userPauseMs : growing;
    this.failures += 1;
    this.last = failure;
    this.untilMs = this.clock.now() + Math.max(usual, failure.retryAfterMs ?? 0);
  }

  /** Something went well, or what was wrong may have been put right. */
  end(): void {
    this.failures = 0;
    this.last = undefined;
    this.untilMs = Number.NEGATIVE_INFINITY;
  }
}

import type { Clock } from '../../base/clock.ts';

/** Who decided something about a request: the stages of the path, and what prepares a request. */
export type DecisionMaker =
  | 'context'
  | 'budget'
  | 'route'
  | 'singleFlight'
  | 'cache'
  | 'schedule'
  | 'thinkingRecovery'
  | 'retry'
  | 'failover'
  | 'promptCache';

/** One decision, in words for the user. Never holds content of the request. */
export interface Decision {
  readonly by: DecisionMaker;
  /** A sentence with its reason, for example "Claude Haiku 5.5: a short question, and urgent." */
  readonly text: string;
  /** Since the request began, milliseconds. */
  readonly atMs: number;
}

/** How many decisions of one request are kept: a storm of retries shall not fill the memory. */
const maxDecisions = 64;

/** What was decided about one request on its way, so that the user can read why. */
export class DecisionTrail {
  private readonly clock: Clock;
  private readonly startMs: number;
  private readonly kept: Decision[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
    this.startMs = clock.now();
  }

  get decisions(): readonly Decision[] {
    return this.kept;
  }

  note(by: DecisionMaker, text: string): void {
    if (this.kept.length < maxDecisions) {
      this.kept.push({ by, text, atMs: this.clock.now() - this.startMs });
    }
  }
}

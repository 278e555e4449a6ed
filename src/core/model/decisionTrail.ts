import type { Attributes } from '@opentelemetry/api';
import type { Clock } from '../../base/clock.ts';
import type { TierName } from '../cache/tierSpan.ts';
import type { TraceScope } from '../telemetry/traceScope.ts';

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

/** Where an answer came from that no call of this request's own gave. */
export type AnswerSource = TierName | 'shared';

/** What was decided about one request on its way, so that the user can read why. */
export class DecisionTrail {
  /** Set where the request needed no call of its own. */
  answeredFrom: AnswerSource | undefined;
  /** The request's own span, set by the trace stage; undefined while nothing is traced. */
  scope: TraceScope | undefined;
  /** The operation that the request is a part of. */
  readonly parent: TraceScope | undefined;
  private readonly clock: Clock;
  private readonly startMs: number;
  private readonly kept: Decision[] = [];

  constructor(clock: Clock, parent?: TraceScope) {
    this.clock = clock;
    this.parent = parent;
    this.startMs = clock.now();
  }

  get decisions(): readonly Decision[] {
    return this.kept;
  }

  /**
   * Begins the next phase of the request, which lasts until the one after it: a span each. For
   * stages, in the order of the path.
   */
  enter(phase: string, attributes?: Attributes): TraceScope | undefined {
    return this.scope?.enter(phase, attributes);
  }

  note(by: DecisionMaker, text: string): void {
    if (this.kept.length < maxDecisions) {
      this.kept.push({ by, text, atMs: this.clock.now() - this.startMs });
    }
  }
}

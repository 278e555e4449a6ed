import { Emitter, type Event } from '../../base/emitter.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { RingBuffer } from '../../base/ringBuffer.ts';
import type { AnswerSource, Decision } from './decisionTrail.ts';
import type { Usage } from './message.ts';
import type { ModelFailureKind, ModelRequest, Outcome } from './request.ts';

/** What became of one request: figures and decisions, never content. */
export interface RequestRecord {
  readonly id: string;
  readonly surface: ModelRequest['surface'];
  readonly priority: ModelRequest['priority'];
  readonly threadId?: string;
  readonly turnId?: string;
  /** The model that answered, or the one that was to. */
  readonly model: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Until the first text, thinking or tool input; absent where none came. Milliseconds. */
  readonly firstTokenMs?: number;
  readonly durationMs: number;
  /** As the provider counted; absent where nothing was counted. */
  readonly usage?: Usage;
  /** All tries, the first one included. */
  readonly attempts: number;
  readonly outcome: Outcome['kind'];
  /** What went wrong, for a failed request. */
  readonly failure?: string;
  readonly failureKind?: ModelFailureKind;
  /** Host and port that answered; absent for an answer that came from a cache. */
  readonly endpoint?: string;
  /** Where the answer came from, where no call of its own gave it. */
  readonly answeredFrom?: AnswerSource;
  /** The provider's word for why its prompt cache missed. */
  readonly promptCacheMiss?: string;
  /** Where its spans are; absent while nothing was traced. */
  readonly traceId?: string;
  readonly decisions: readonly Decision[];
}

/** A day of heavy use in the chat; a record takes about a kilobyte. */
const keptRecords = 500;

/** The last requests of this window, to be read by the user. */
export class RequestLog implements Disposable {
  private readonly records = new RingBuffer<RequestRecord>(keptRecords);
  private readonly ends = new Emitter<RequestRecord>();

  /** Tells of each request that has ended. */
  get onDidEnd(): Event<RequestRecord> {
    return this.ends.event;
  }

  add(record: RequestRecord): void {
    this.records.push(record);
    this.ends.fire(record);
  }

  /** From the oldest to the newest. */
  all(): readonly RequestRecord[] {
    return this.records.toArray();
  }

  dispose(): void {
    this.ends.dispose();
  }
}

import { lazy } from '../../base/lazy.ts';
import type { Message } from '../model/message.ts';
import type { MessageRecord, ThreadStore } from '../store/records.ts';
import { toMessages } from './history.ts';
import { nextOrdinal } from './messageOrder.ts';

/** The messages of a thread in use, and what of them is sent to the model. */
export class ThreadHistory {
  /** All messages, once `load` has read them. */
  readonly records: MessageRecord[] = [];
  /** Reads the messages that are kept, once. */
  readonly load: () => Promise<void>;
  private hasLoaded = false;
  /** Thinking before this position is bound to another prompt: sent back, it would be rejected. */
  private thinkingFrom = 0;

  /** @param isKept Whether the store knows the thread. */
  constructor(threadId: string, store: ThreadStore, isKept: boolean) {
    this.load = lazy(async () => {
      this.records.push(...(isKept ? await store.readHistory(threadId) : []));
      this.hasLoaded = true;
    });
  }

  get isLoaded(): boolean {
    return this.hasLoaded;
  }

  /** What the next request sends. */
  messages(): readonly Message[] {
    return toMessages(this.records, this.thinkingFrom);
  }

  /** Leaves the thinking of all answers so far out of what is sent. */
  dropThinking(): void {
    this.thinkingFrom = nextOrdinal(this.records);
  }

  /** Takes this message and all that followed it out. */
  rewindTo(message: MessageRecord): void {
    this.records.splice(this.records.indexOf(message));
    this.thinkingFrom = Math.min(this.thinkingFrom, message.ordinal);
  }
}

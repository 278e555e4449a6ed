import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { HostEvent, StreamEvent } from './protocol.ts';

/** One frame at 60 Hz: the panel draws no more often, so posting more often is waste. */
export const frameMs = 16;

/** Events that read the same wherever they stand among the deltas: they need not wait for them. */
const independentTypes: ReadonlySet<HostEvent['type']> = new Set([
  'thread/status',
  'thread/meter',
  'thread/renamed',
  'history/show',
  'draft/add',
  'connection/changed',
  'trust/changed',
  'input/focus',
]);

/**
 * Orders and thins what the host tells the webview.
 *
 * Deltas wait for the next frame and are joined per block: deltas of different blocks may change
 * places, those of one block never do. Every other event goes out at once; one whose meaning depends
 * on what was written before (a block added, a turn ended) takes the waiting deltas along, in front.
 */
export class Outbox implements Disposable {
  private readonly clock: Clock;
  private readonly post: (events: readonly HostEvent[]) => void;
  private readonly waiting = new Map<string, StreamEvent>();
  private timer: Disposable | undefined;
  private lastFlushAt = Number.NEGATIVE_INFINITY;
  private isDisposed = false;

  constructor(clock: Clock, post: (events: readonly HostEvent[]) => void) {
    this.clock = clock;
    this.post = post;
  }

  push(event: HostEvent): void {
    if (this.isDisposed) {
      return;
    }
    if (event.type === 'block/appended') {
      this.keep(event);
    } else if (independentTypes.has(event.type)) {
      this.post([event]);
    } else {
      this.send([...this.take(), event]);
    }
  }

  /** Sends the deltas that wait. */
  flush(): void {
    const events = this.take();
    if (events.length > 0) {
      this.send(events);
    }
  }

  /** Forgets the deltas that wait: for when a snapshot is taken, which contains them. */
  clear(): void {
    this.take();
  }

  dispose(): void {
    this.isDisposed = true;
    this.clear();
  }

  private keep(event: StreamEvent): void {
    const key = `${event.threadId}\n${event.messageId}\n${event.blockId}`;
    const earlier = this.waiting.get(key);
    this.waiting.set(key, earlier ? { ...event, text: earlier.text + event.text } : event);
    if (this.timer) {
      return;
    }
    const waitMs = this.lastFlushAt + frameMs - this.clock.now();
    if (waitMs <= 0) {
      // The first delta after a pause goes out at once: time to first token is what is felt.
      this.flush();
    } else {
      this.timer = this.clock.setTimeout(() => this.flush(), waitMs);
    }
  }

  private take(): HostEvent[] {
    this.timer?.dispose();
    this.timer = undefined;
    const events = [...this.waiting.values()];
    this.waiting.clear();
    return events;
  }

  private send(events: readonly HostEvent[]): void {
    this.lastFlushAt = this.clock.now();
    this.post(events);
  }
}

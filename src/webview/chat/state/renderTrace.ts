import type { Clock } from '../../../base/clock.ts';
import type { HostEvent, RenderReport } from '../../../shared/protocol.ts';
import { newTraceparent, parseTraceparent } from '../../../shared/traceparent.ts';

/** More than any turn's; whoever looks at more threads than that at a time is not waited for. */
const maxTurns = 8;

interface Sent {
  readonly traceparent: string;
  readonly atMs: number;
}

interface RenderedTurn {
  readonly traceparent: string;
  readonly startedMs: number;
  /** Where and when the user sent it; undefined where it began elsewhere. */
  readonly sent: Sent | undefined;
  frames: number;
  busyMs: number;
  longestMs: number;
}

/** What it takes to draw the answers of turns that are traced, told when each has been drawn. */
export class RenderTrace {
  private readonly clock: Clock;
  private readonly report: (report: RenderReport) => void;
  /** By thread: those that are being written. */
  private readonly turns = new Map<string, RenderedTurn>();
  private readonly ending: { readonly turn: RenderedTurn; readonly endedMs: number }[] = [];
  private sent: Sent | undefined;

  constructor(clock: Clock, report: (report: RenderReport) => void) {
    this.clock = clock;
    this.report = report;
  }

  /** The user sends a message. The answer is where that begins, for the host to go on with. */
  sending(): string {
    const traceparent = newTraceparent((bytes) => crypto.getRandomValues(bytes));
    this.sent = { traceparent, atMs: this.clock.now() };
    return traceparent;
  }

  observe(event: HostEvent): void {
    if (event.type === 'turn/started') {
      this.begin(event.threadId, event.traceparent);
    } else if (event.type === 'turn/ended') {
      const turn = this.turns.get(event.threadId);
      this.turns.delete(event.threadId);
      if (turn) {
        this.ending.push({ turn, endedMs: this.clock.now() });
      }
    }
  }

  /** A frame was drawn. What had ended by then is on the screen. */
  drawn(durationMs: number): void {
    const ended = this.ending.splice(0);
    for (const turn of [...this.turns.values(), ...ended.map((one) => one.turn)]) {
      turn.frames += 1;
      turn.busyMs += durationMs;
      turn.longestMs = Math.max(turn.longestMs, durationMs);
    }
    const nowMs = this.clock.now();
    for (const { turn, endedMs } of ended) {
      const { startedMs, sent, ...drawn } = turn;
      this.report({
        ...drawn,
        sinceStartMs: nowMs - startedMs,
        sinceEndMs: nowMs - endedMs,
        ...(sent ? { origin: sent.traceparent, sendMs: startedMs - sent.atMs } : {}),
      });
    }
  }

  private begin(threadId: string, traceparent: string | undefined): void {
    const startedMs = this.clock.now();
    if (traceparent !== undefined) {
      const sent = isSameTrace(this.sent?.traceparent, traceparent) ? this.sent : undefined;
      this.turns.delete(threadId);
      this.turns.set(threadId, {
        traceparent,
        startedMs,
        sent,
        frames: 0,
        busyMs: 0,
        longestMs: 0,
      });
    }
    const [oldest] = this.turns.keys();
    if (this.turns.size > maxTurns && oldest !== undefined) {
      this.turns.delete(oldest);
    }
  }
}

function isSameTrace(left: string | undefined, right: string): boolean {
  const place = parseTraceparent(left);
  return place !== undefined && place.traceId === parseTraceparent(right)?.traceId;
}

import type { Clock } from '../../../base/clock.ts';
import type { HostEvent, RenderReport } from '../../../shared/protocol.ts';

/** More than any turn's; whoever looks at more threads than that at a time is not waited for. */
const maxTurns = 8;

interface RenderedTurn {
  readonly traceparent: string;
  readonly startedMs: number;
  readonly sendMs: number | undefined;
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
  private sentMs: number | undefined;

  constructor(clock: Clock, report: (report: RenderReport) => void) {
    this.clock = clock;
    this.report = report;
  }

  /** The user sends a message: what starts next is the answer to it. */
  sending(): void {
    this.sentMs = this.clock.now();
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
      const { startedMs, sendMs, ...drawn } = turn;
      this.report({
        ...drawn,
        sinceStartMs: nowMs - startedMs,
        sinceEndMs: nowMs - endedMs,
        ...(sendMs === undefined ? {} : { sendMs }),
      });
    }
  }

  private begin(threadId: string, traceparent: string | undefined): void {
    const startedMs = this.clock.now();
    const sendMs = this.sentMs === undefined ? undefined : startedMs - this.sentMs;
    this.sentMs = undefined;
    if (traceparent !== undefined) {
      this.turns.delete(threadId);
      this.turns.set(threadId, {
        traceparent,
        startedMs,
        sendMs,
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

import type { Clock } from '../../../base/clock.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import type { Priority } from '../request.ts';

export interface RequestSchedulerOptions {
  readonly clock: Clock;
  /** Requests at the same time in one lane; asked for each decision. */
  readonly maxConcurrent: () => number;
}

/** What wants to be sent. */
export interface ScheduledRequest {
  readonly priority: Priority;
  /** Requests of one flow wait in line; flows take turns. For example the surface and the thread. */
  readonly flow: string;
}

/** What the provider said is left, of one of its limits. */
export interface RateReading {
  readonly limit: number;
  readonly remaining: number;
  /** When all of it is there again, milliseconds since 1970. */
  readonly resetsAt: number;
}

/** Leave to send one request. */
export interface Slot {
  /** How long it was waited for, milliseconds. */
  readonly waitedMs: number;
  /** Lets the next one go. Calling it twice is harmless. */
  release(): void;
}

/** Why a request did not get its turn. */
export type Refusal = 'cancelled' | 'superseded';

/**
 * Slots that only the user's own requests take, so that typing a question never waits for work in
 * the background: one for the answer, one for what it starts.
 */
const reservedSlots = 2;
/** Below this share of a provider's limit, what is left is kept for the user. */
const scarceShare = 0.1;
/** So many waiting background requests are more than anyone will still want the answers of. */
const maxWaitingBackground = 64;
/** For each such time that it has waited a request counts as one class higher, so that none starves. */
const agingMs = 15_000;
const rankOf: Readonly<Record<Priority, 0 | 1 | 2>> = { interactive: 0, background: 1, bulk: 2 };

interface Waiter extends ScheduledRequest {
  /** Position among all requests of the scheduler. */
  readonly order: number;
  readonly sinceMs: number;
  readonly settle: (result: Slot | Refusal) => void;
}

/** What shares limits: the requests to one endpoint. */
interface Lane {
  readonly waiting: Waiter[];
  /** Under way, by class. */
  readonly running: [interactive: number, background: number, bulk: number];
  /** When each flow had its last turn. */
  readonly served: Map<string, number>;
  /** What the provider said last. */
  readings: readonly RateReading[];
  timer: Disposable | undefined;
}

/**
 * Decides when each request is sent: the user's own before background before bulk, in turns between
 * threads and surfaces, and never more at once than the setting and the provider allow.
 */
export class RequestScheduler implements Disposable {
  private readonly options: RequestSchedulerOptions;
  private readonly lanes = new Map<string, Lane>();
  private order = 0;

  constructor(options: RequestSchedulerOptions) {
    this.options = options;
  }

  /** Resolves when the request may be sent, or with why it may not. Never rejects. */
  acquire(
    laneName: string,
    request: ScheduledRequest,
    signal: AbortSignal,
  ): Promise<Slot | Refusal> {
    if (signal.aborted) {
      return Promise.resolve('cancelled');
    }
    const lane = this.laneOf(laneName);
    return new Promise((resolve) => {
      const cancel = (): void => this.drop(lane, waiter, 'cancelled');
      this.order += 1;
      const waiter: Waiter = {
        ...request,
        order: this.order,
        sinceMs: this.options.clock.now(),
        settle: (result) => {
          signal.removeEventListener('abort', cancel);
          resolve(result);
        },
      };
      signal.addEventListener('abort', cancel, { once: true });
      lane.waiting.push(waiter);
      this.dropOverflow(lane);
      this.serve(lane);
    });
  }

  /** Hears what a provider's answer said of its limits. */
  observe(laneName: string, readings: readonly RateReading[]): void {
    const lane = this.laneOf(laneName);
    lane.readings = readings;
    this.serve(lane);
  }

  /** Requests that wait and that are under way, over all lanes. */
  get counts(): { readonly waiting: number; readonly running: number } {
    const lanes = [...this.lanes.values()];
    return {
      waiting: lanes.reduce((sum, lane) => sum + lane.waiting.length, 0),
      running: lanes.reduce((sum, lane) => sum + runningIn(lane, 0), 0),
    };
  }

  /** Lets nothing wait any more. What is under way goes on. */
  dispose(): void {
    for (const lane of this.lanes.values()) {
      lane.timer?.dispose();
      lane.timer = undefined;
      for (const waiter of lane.waiting.splice(0)) {
        waiter.settle('cancelled');
      }
    }
  }

  private laneOf(name: string): Lane {
    const known = this.lanes.get(name);
    if (known) {
      return known;
    }
    const lane: Lane = {
      waiting: [],
      running: [0, 0, 0],
      served: new Map(),
      readings: [],
      timer: undefined,
    };
    this.lanes.set(name, lane);
    return lane;
  }

  private serve(lane: Lane): void {
    for (let next = this.choose(lane); next; next = this.choose(lane)) {
      this.grant(lane, next);
    }
    this.wakeLater(lane);
  }

  /** The waiter whose turn it is: the highest class, then the flow served longest ago. */
  private choose(lane: Lane): Waiter | undefined {
    const now = this.options.clock.now();
    let best: Waiter | undefined;
    for (const waiter of lane.waiting) {
      const rank = rankNow(waiter, now);
      if (this.hasRoom(lane, rank) && (!best || isBefore(lane, waiter, best, now))) {
        best = waiter;
      }
    }
    return best;
  }

  private hasRoom(lane: Lane, rank: number): boolean {
    const capacity = this.capacity(lane, rank);
    if (runningIn(lane, 0) >= capacity) {
      return false;
    }
    const forBackground = Math.max(1, capacity - reservedSlots);
    const forBulk = Math.max(1, Math.floor(capacity / 2));
    return (
      (rank < 1 || runningIn(lane, 1) < forBackground) && (rank < 2 || runningIn(lane, 2) < forBulk)
    );
  }

  /** How many may be under way now. The user's own request is always tried: the provider decides. */
  private capacity(lane: Lane, rank: number): number {
    const wallTime = this.options.clock.wallTime();
    let capacity = this.options.maxConcurrent();
    for (const { limit, remaining, resetsAt } of lane.readings) {
      if (resetsAt <= wallTime) {
        continue;
      }
      if (rank > 0 && remaining < limit * scarceShare) {
        return 0;
      }
      capacity = Math.min(capacity, Math.max(1, remaining));
    }
    return capacity;
  }

  private grant(lane: Lane, waiter: Waiter): void {
    const now = this.options.clock.now();
    const rank = rankOf[waiter.priority];
    lane.waiting.splice(lane.waiting.indexOf(waiter), 1);
    this.order += 1;
    lane.served.set(waiter.flow, this.order);
    lane.running[rank] += 1;
    let isHeld = true;
    waiter.settle({
      waitedMs: now - waiter.sinceMs,
      release: () => {
        if (isHeld) {
          isHeld = false;
          lane.running[rank] -= 1;
          this.serve(lane);
          if (runningIn(lane, 0) === 0) {
            // Nobody is left to take turns with.
            lane.served.clear();
          }
        }
      },
    });
  }

  private drop(lane: Lane, waiter: Waiter, refusal: Refusal): void {
    const index = lane.waiting.indexOf(waiter);
    if (index >= 0) {
      lane.waiting.splice(index, 1);
      waiter.settle(refusal);
    }
  }

  /** The oldest background request that a newer one of its flow has replaced goes first. */
  private dropOverflow(lane: Lane): void {
    const background = lane.waiting.filter((waiter) => waiter.priority === 'background');
    if (background.length <= maxWaitingBackground) {
      return;
    }
    const isSuperseded = (waiter: Waiter): boolean =>
      background.some((other) => other.flow === waiter.flow && other.order > waiter.order);
    const victim = background.find(isSuperseded) ?? background[0];
    if (victim) {
      this.drop(lane, victim, 'superseded');
    }
  }

  /** Looks again when a limit of the provider ends or a waiting request has grown old. */
  private wakeLater(lane: Lane): void {
    lane.timer?.dispose();
    lane.timer = undefined;
    if (lane.waiting.length === 0) {
      return;
    }
    const { clock } = this.options;
    const resets = lane.readings.map(({ resetsAt }) => resetsAt - clock.wallTime());
    const now = clock.now();
    const ages = lane.waiting.map(({ sinceMs }) => agingMs - ((now - sinceMs) % agingMs));
    const soonest = Math.min(...[...resets, ...ages].filter((inMs) => inMs > 0));
    if (Number.isFinite(soonest)) {
      lane.timer = clock.setTimeout(() => this.serve(lane), Math.ceil(soonest));
    }
  }
}

function rankNow({ priority, sinceMs }: Waiter, now: number): number {
  return Math.max(0, rankOf[priority] - Math.floor((now - sinceMs) / agingMs));
}

function isBefore(lane: Lane, left: Waiter, right: Waiter, now: number): boolean {
  const byRank = rankNow(left, now) - rankNow(right, now);
  const byTurn = (lane.served.get(left.flow) ?? 0) - (lane.served.get(right.flow) ?? 0);
  return (byRank || byTurn || left.order - right.order) < 0;
}

/** Requests under way of this class and those below it. */
function runningIn(lane: Lane, rank: number): number {
  return lane.running.slice(rank).reduce((sum, count) => sum + count, 0);
}

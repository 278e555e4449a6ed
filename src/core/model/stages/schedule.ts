import { type HandingOver, handingOver } from '../handOver.ts';
import type { ModelEvent, ModelRequest, Next, Stage } from '../request.ts';
import type { RequestScheduler, Slot } from '../schedule/requestScheduler.ts';

export interface ScheduleOptions {
  readonly scheduler: RequestScheduler;
  /** What the request shares limits with; undefined for one that needs none, as offline. */
  readonly laneOf: (request: ModelRequest) => Promise<string | undefined>;
}

/** A wait shorter than this is nobody's concern, milliseconds. */
const notedWaitMs = 1;

/** Sends a request when it is its turn, and holds its slot until its stream has ended. */
export function createScheduleStage(options: ScheduleOptions): Stage {
  return (request, next, signal) => handingOver(take(options, request, next, signal));
}

async function* take(
  { scheduler, laneOf }: ScheduleOptions,
  request: ModelRequest,
  next: Next,
  signal: AbortSignal,
): HandingOver {
  const lane = await laneOf(request);
  if (lane === undefined) {
    return next(request, signal)[Symbol.asyncIterator]();
  }
  const { priority, surface, threadId } = request;
  const flow = `${surface} ${threadId ?? ''}`;
  const slot = await scheduler.acquire(lane, { priority, flow }, signal);
  if (typeof slot === 'string') {
    if (slot === 'superseded') {
      request.trail?.note('schedule', 'Left out: too many waited, and this was the oldest.');
    }
    yield { type: 'ended', outcome: { kind: 'cancelled' } };
    return undefined;
  }
  noteWait(request, slot);
  return new HeldStream(next(request, signal)[Symbol.asyncIterator](), slot);
}

function noteWait({ trail }: ModelRequest, { waitedMs }: Slot): void {
  const text =
    waitedMs < notedWaitMs
      ? 'Sent at once.'
      : `Sent after ${Math.round(waitedMs)} ms: others were under way or went first.`;
  trail?.note('schedule', text);
}

/** Gives the slot back when the stream ends, breaks or is left. */
class HeldStream implements AsyncIterator<ModelEvent> {
  private readonly events: AsyncIterator<ModelEvent>;
  private readonly slot: Slot;

  constructor(events: AsyncIterator<ModelEvent>, slot: Slot) {
    this.events = events;
    this.slot = slot;
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    return this.events.next().then(this.see, this.fail);
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    this.slot.release();
    await this.events.return?.();
    return { done: true, value: undefined };
  }

  private readonly see = (result: IteratorResult<ModelEvent>): IteratorResult<ModelEvent> => {
    if (result.done || result.value.type === 'ended') {
      this.slot.release();
    }
    return result;
  };

  private readonly fail = (error: unknown): never => {
    this.slot.release();
    throw error;
  };
}

import { operation } from '../../telemetry/spanNames.ts';
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
  request.trail?.enter(operation.queue);
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
  return new HeldStream(next(request, signal)[Symbol.asyncIterator](), slot, signal);
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
  private readonly signal: AbortSignal;

  constructor(events: AsyncIterator<ModelEvent>, slot: Slot, signal: AbortSignal) {
    this.events = events;
    this.slot = slot;
    this.signal = signal;
    // A stage above that is left before it has handed over does not leave this stream.
    signal.addEventListener('abort', this.release, { once: true });
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    return this.events.next().then(this.see, this.fail);
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    this.release();
    await this.events.return?.();
    return { done: true, value: undefined };
  }

  private readonly see = (result: IteratorResult<ModelEvent>): IteratorResult<ModelEvent> => {
    if (result.done || result.value.type === 'ended') {
      this.release();
    }
    return result;
  };

  private readonly fail = (error: unknown): never => {
    this.release();
    throw error;
  };

  private readonly release = (): void => {
    this.signal.removeEventListener('abort', this.release);
    this.slot.release();
  };
}

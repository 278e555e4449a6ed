import type {
  ModelEvent,
  ModelFailure,
  ModelRequest,
  Next,
} from '../../../../src/core/model/request.ts';
import { settle } from '../../../support/fakeClock.ts';

/** What one call of the rest of the pipeline does: the events it yields, then what it throws. */
export interface Play {
  readonly events: readonly ModelEvent[];
  readonly thrown?: unknown;
  /** Stays silent after the events, until the signal aborts. */
  readonly hangs?: boolean;
}

export interface ScriptedNext {
  readonly next: Next;
  /** The requests that came through, in order. */
  readonly requests: ModelRequest[];
  /** How many streams were left before their end. */
  readonly abandoned: () => number;
}

/** The rest of a pipeline that plays one script per call; the last one again and again. */
export function scriptedNext(...plays: readonly (Play | readonly ModelEvent[])[]): ScriptedNext {
  const requests: ModelRequest[] = [];
  let abandoned = 0;
  async function* play(at: number, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const script = plays[Math.min(at, plays.length - 1)] ?? [];
    const { events, thrown, hangs } = 'events' in script ? script : { events: script };
    let isComplete = false;
    try {
      for (const event of events) {
        await settle();
        yield event;
      }
      if (hangs) {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve, { once: true });
        });
        return;
      }
      if (thrown !== undefined) {
        throw thrown;
      }
      isComplete = true;
    } finally {
      abandoned += isComplete ? 0 : 1;
    }
  }
  return {
    requests,
    abandoned: () => abandoned,
    next: (request, signal) => {
      requests.push(request);
      return play(requests.length - 1, signal);
    },
  };
}

export const started: ModelEvent = { type: 'started', messageId: 'msg_1', model: 'm' };
export const done: ModelEvent = {
  type: 'ended',
  outcome: { kind: 'done', stopReason: 'end_turn', value: 'end_turn' },
};
export const cancelled: ModelEvent = { type: 'ended', outcome: { kind: 'cancelled' } };

export function delta(text: string): ModelEvent {
  return { type: 'textDelta', index: 0, text };
}

export function aFailure(overrides: Partial<ModelFailure> = {}): ModelFailure {
  return { kind: 'overloaded', message: 'Too much at once.', canRetry: true, ...overrides };
}

export function failed(overrides: Partial<ModelFailure> = {}): ModelEvent {
  return { type: 'ended', outcome: { kind: 'failed', failure: aFailure(overrides) } };
}

import assert from 'node:assert/strict';
import { CancelledError } from '../../../../src/base/errors.ts';
import { guardedStream } from '../../../../src/core/model/guardedStream.ts';
import type { ModelEvent, Next } from '../../../../src/core/model/request.ts';
import { settle } from '../../../support/fakeClock.ts';
import { aRequest, collect, failureOf } from './gatewayKit.ts';
import { cancelled, delta, done, scriptedNext, started } from './scriptedNext.ts';

interface Guarded {
  readonly stream: AsyncIterable<ModelEvent>;
  readonly controller: AbortController;
  readonly disposal: AbortController;
  readonly errors: unknown[];
  /** The signal that the stages got. */
  inner(): AbortSignal | undefined;
}

function guard(next: Next): Guarded {
  const controller = new AbortController();
  const disposal = new AbortController();
  const errors: unknown[] = [];
  let inner: AbortSignal | undefined;
  const stream = guardedStream(
    (signal) => {
      inner = signal;
      return next(aRequest(), signal);
    },
    {
      signals: [controller.signal, disposal.signal],
      onInternalError: (error) => errors.push(error),
    },
  );
  return { stream, controller, disposal, errors, inner: () => inner };
}

describe('guardedStream', () => {
  it('passes a whole answer through and leaves the signal alone', async () => {
    const { stream, inner, errors } = guard(scriptedNext([started, delta('a'), done]).next);
    assert.deepEqual(await collect(stream), [started, delta('a'), done]);
    assert.equal(inner()?.aborted, false);
    assert.deepEqual(errors, []);
  });

  it('says nothing after the outcome, whatever a stage still says', async () => {
    const { stream } = guard(scriptedNext([started, done, delta('late'), done]).next);
    assert.deepEqual(await collect(stream), [started, done]);
  });

  it('turns what a stage throws into a failure, and tells of it', async () => {
    const thrown = new Error('a bug');
    const { stream, errors, inner } = guard(scriptedNext({ events: [started], thrown }).next);
    assert.equal(failureOf(await collect(stream)).kind, 'internal');
    assert.deepEqual(errors, [thrown]);
    assert.equal(inner()?.aborted, true);
  });

  it('does the same for a stage that throws before it streams', async () => {
    const { stream, errors } = guard(() => {
      throw new Error('a bug');
    });
    assert.equal(failureOf(await collect(stream)).kind, 'internal');
    assert.equal(errors.length, 1);
  });

  it('does the same for a stream without an outcome', async () => {
    const { stream, errors } = guard(scriptedNext([started]).next);
    assert.equal(failureOf(await collect(stream)).kind, 'internal');
    assert.equal(errors.length, 1);
  });

  it('takes a cancellation that nobody asked for as a mistake', async () => {
    const { stream } = guard(scriptedNext({ events: [], thrown: new CancelledError() }).next);
    assert.equal(failureOf(await collect(stream)).kind, 'internal');
  });

  it('ends at once when cancelled, though a stage does not listen', async () => {
    const deaf: Next = () => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    });
    const { stream, controller, inner } = guard(deaf);
    const collected = collect(stream);
    await settle();
    controller.abort();
    assert.deepEqual(await collected, [cancelled]);
    assert.equal(inner()?.aborted, true);
  });

  it('ends as cancelled when the owner is disposed', async () => {
    const { stream, disposal } = guard(scriptedNext({ events: [started], hangs: true }).next);
    const collected = collect(stream);
    await settle();
    await settle();
    disposal.abort();
    assert.deepEqual((await collected).at(-1), cancelled);
  });

  it('tells a cancellation that came while nobody was waiting', async () => {
    const { stream, controller } = guard(scriptedNext([started, delta('a'), done]).next);
    const seen: ModelEvent[] = [];
    for await (const event of stream) {
      seen.push(event);
      if (event.type === 'started') {
        controller.abort();
      }
    }
    assert.deepEqual(seen, [started, cancelled]);
  });

  it('does not start anything for a signal that is aborted already', async () => {
    const script = scriptedNext([started, done]);
    const { stream, controller } = guard(script.next);
    controller.abort();
    assert.deepEqual(await collect(stream), [cancelled]);
    assert.equal(script.requests.length, 0);
  });

  it('stops the stages when the consumer leaves', async () => {
    const script = scriptedNext({ events: [started, delta('a')], hangs: true });
    const { stream, inner } = guard(script.next);
    for await (const _ of stream) {
      break;
    }
    assert.equal(inner()?.aborted, true);
    await settle();
    assert.equal(script.abandoned(), 1);
  });

  it('ignores a cancellation after the end', async () => {
    const { stream, controller, inner } = guard(scriptedNext([started, done]).next);
    const events = await collect(stream);
    controller.abort();
    assert.deepEqual(events, [started, done]);
    assert.equal(inner()?.aborted, false);
  });

  it('leaves no listener on a signal that outlives many requests', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...rest: Parameters<typeof add>) => {
      listeners += 1;
      add(...rest);
    };
    signal.removeEventListener = (...rest: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...rest);
    };
    const { next } = scriptedNext([started, done]);
    for (let request = 0; request < 20; request += 1) {
      const options = { signals: [signal], onInternalError: () => undefined };
      await collect(guardedStream((inner) => next(aRequest(), inner), options));
    }
    assert.equal(listeners, 0);
  });
});

import assert from 'node:assert/strict';
import { describeDuration } from '../../../../../src/core/model/describeDuration.ts';
import type { ModelEvent, ModelFailure } from '../../../../../src/core/model/request.ts';
import { createRetryStage } from '../../../../../src/core/model/stages/retry.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';
import { aRequest, failureOf, typesOf } from '../gatewayKit.ts';
import {
  cancelled,
  delta,
  done,
  failed,
  type ScriptedNext,
  scriptedNext,
  started,
} from '../scriptedNext.ts';

interface Run {
  readonly clock: FakeClock;
  readonly events: ModelEvent[];
  readonly finished: Promise<void>;
  readonly controller: AbortController;
}

function run(script: ScriptedNext, random = 0): Run {
  const clock = new FakeClock(Date.UTC(2026, 10, 23, 12, 0, 0));
  const controller = new AbortController();
  const stage = createRetryStage({ clock, random: () => random });
  const events: ModelEvent[] = [];
  const consume = async (): Promise<void> => {
    for await (const event of stage(aRequest(), script.next, controller.signal)) {
      events.push(event);
    }
  };
  return { clock, events, controller, finished: consume() };
}

/** Runs to the end, letting all waits pass. */
async function runThrough(script: ScriptedNext, random = 0): Promise<ModelEvent[]> {
  const { clock, events, finished } = run(script, random);
  let isFinished = false;
  const end = finished.then(() => {
    isFinished = true;
  });
  while (!isFinished) {
    await clock.advance(1_000);
  }
  await end;
  assert.equal(clock.pendingTimers, 0);
  return events;
}

function delaysOf(events: readonly ModelEvent[]): number[] {
  return events.flatMap((event) => (event.type === 'retrying' ? [event.delayMs] : []));
}

describe('The retry stage', () => {
  it('passes an answer through untouched', async () => {
    const answer = [started, delta('a'), delta('b'), done];
    assert.deepEqual(await runThrough(scriptedNext(answer)), answer);
  });

  it('tries again, says so, and then begins from nothing', async () => {
    const script = scriptedNext([failed()], [failed()], [started, delta('a'), done]);
    const events = await runThrough(script);
    assert.deepEqual(typesOf(events), ['retrying', 'retrying', 'started', 'textDelta', 'ended']);
    assert.equal(script.requests.length, 3);
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'retrying' ? [event.attempt] : [])),
      [2, 3],
    );
  });

  it('gives up after four tries and says how many they were', async () => {
    const script = scriptedNext([failed()]);
    const events = await runThrough(script);
    assert.equal(script.requests.length, 4);
    assert.equal(failureOf(events).message, 'Too much at once. Slipstream tried 4 times.');
  });

  it('waits twice as long each time, less a part by chance', async () => {
    assert.deepEqual(delaysOf(await runThrough(scriptedNext([failed()]), 0)), [500, 1_000, 2_000]);
    const least = delaysOf(await runThrough(scriptedNext([failed()]), 0.8));
    assert.deepEqual(least, [400, 800, 1_600]);
  });

  it('waits as long as it is asked to', async () => {
    const script = scriptedNext([failed({ retryAfterMs: 12_000 })], [started, done]);
    const { clock, events, finished } = run(script);
    await clock.advance(11_999);
    assert.deepEqual(typesOf(events), ['retrying']);
    assert.deepEqual(delaysOf(events), [12_000]);
    await clock.advance(1);
    await finished;
    assert.deepEqual(typesOf(events), ['retrying', 'started', 'ended']);
  });

  it('does not hurry when it is asked to wait for nothing', async () => {
    const script = scriptedNext([failed({ retryAfterMs: 0 })], [started, done]);
    assert.deepEqual(delaysOf(await runThrough(script)), [500]);
  });

  it('stops at a wait that is too long, and says how long and until when', async () => {
    const script = scriptedNext([failed({ retryAfterMs: 10 * 60_000 })]);
    const failure = failureOf(await runThrough(script));
    assert.equal(script.requests.length, 1);
    assert.match(
      failure.message,
      /^Too much at once\. It asks to wait 10 minutes, until .*\d.*\.$/,
    );
    assert.equal(failure.retryAfterMs, 600_000);
    assert.equal(failure.canRetry, true);
  });

  it('does not try again what cannot succeed', async () => {
    const script = scriptedNext([failed({ canRetry: false })]);
    assert.deepEqual(await runThrough(script), [failed({ canRetry: false })]);
    assert.equal(script.requests.length, 1);
  });

  it('tries a silent server only once more', async () => {
    const script = scriptedNext([failed({ kind: 'stalled' })]);
    await runThrough(script);
    assert.equal(script.requests.length, 2);
  });

  it('keeps what has begun: a failure after that is passed on', async () => {
    const answer = [started, delta('a'), failed()];
    const script = scriptedNext(answer);
    assert.deepEqual(await runThrough(script), answer);
    assert.equal(script.requests.length, 1);
  });

  it('is cancelled at once while it waits, and leaves no timer', async () => {
    const script = scriptedNext([failed({ retryAfterMs: 60_000 })]);
    const { clock, events, controller, finished } = run(script);
    await clock.advance(10);
    assert.deepEqual(typesOf(events), ['retrying']);
    controller.abort();
    await finished;
    assert.deepEqual(events.at(-1), cancelled);
    assert.equal(script.requests.length, 1);
    assert.equal(clock.pendingTimers, 0);
  });

  it('ends where the rest of the pipeline says nothing', async () => {
    assert.deepEqual(await runThrough(scriptedNext([])), []);
  });

  it('passes on what is thrown', async () => {
    const thrown = new Error('a bug');
    await assert.rejects(run(scriptedNext({ events: [], thrown })).finished, thrown);
  });

  it('tells each failure that it waits out', async () => {
    const failures: Partial<ModelFailure>[] = [{ status: 529 }, { kind: 'connection' }];
    const script = scriptedNext(...failures.map((one) => [failed(one)]), [started, done]);
    const events = await runThrough(script);
    const told = events.flatMap((event) => (event.type === 'retrying' ? [event.failure.kind] : []));
    assert.deepEqual(told, ['overloaded', 'connection']);
  });
});

describe('describeDuration', () => {
  const cases: [durationMs: number, words: string][] = [
    [0, '1 second'],
    [1, '1 second'],
    [1_000, '1 second'],
    [45_200, '46 seconds'],
    [89_000, '89 seconds'],
    [90_000, '2 minutes'],
    [10 * 60_000, '10 minutes'],
    [90 * 60_000, '2 hours'],
    [24 * 3_600_000, '24 hours'],
  ];
  for (const [durationMs, words] of cases) {
    it(`says ${words} for ${durationMs} ms`, () => {
      assert.equal(describeDuration(durationMs), words);
    });
  }
});

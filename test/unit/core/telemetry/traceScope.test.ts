import assert from 'node:assert/strict';
import { CancelledError } from '../../../../src/base/errors.ts';
import { instrument } from '../../../../src/core/telemetry/instrument.ts';
import type { Telemetry } from '../../../../src/core/telemetry/telemetry.ts';
import { inSpan, inSpanSync, type TraceScope } from '../../../../src/core/telemetry/traceScope.ts';
import { explainedShare } from '../../../../src/core/telemetry/traceTree.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTestTelemetry, shapeOf } from '../../../support/tracing.ts';

async function traced(
  work: (root: TraceScope, clock: FakeClock, telemetry: Telemetry) => unknown,
): Promise<void> {
  const clock = new FakeClock();
  const telemetry = createTestTelemetry(clock);
  try {
    const root = telemetry.begin('root');
    assert.ok(root);
    await work(root, clock, telemetry);
  } finally {
    telemetry.dispose();
  }
}

describe('A trace scope', () => {
  it('has phases that follow one another without a gap', () =>
    traced(async (root, clock, telemetry) => {
      root.enter('one');
      await clock.advance(30);
      root.enter('two');
      await clock.advance(70);
      root.end();
      const [trace] = telemetry.traces();
      assert.ok(trace);
      assert.equal(shapeOf(trace), 'root(one two)');
      assert.deepEqual(
        trace.spans.map(({ durationMs }) => durationMs),
        [100, 30, 70],
      );
      assert.equal(explainedShare(trace.root, trace.spans, clock.wallTime()), 1);
    }));

  it('keeps what is said of one span apart from all others', () =>
    traced((root, _clock, telemetry) => {
      const [plain, set, given] = [
        root.child('plain'),
        root.child('set'),
        root.child('given', { 'slipstream.size': 1, 'slipstream.request.surface': 'chat' }),
      ];
      set.set({ 'slipstream.attempt': 2 });
      given.fail(new TypeError('no'));
      for (const scope of [plain, set, given, root]) {
        scope.end();
        scope.set({ 'slipstream.rows': 3 });
      }
      const told = new Map(telemetry.spans.all().map((span) => [span.name, span]));
      assert.deepEqual(told.get('plain')?.attributes, {});
      assert.deepEqual(told.get('set')?.attributes, { 'slipstream.attempt': 2 });
      assert.deepEqual(told.get('given')?.attributes, {
        'slipstream.size': 1,
        'slipstream.request.surface': 'chat',
        'error.type': 'TypeError',
      });
      assert.equal(told.get('given')?.surface, 'chat');
      const durations = telemetry.recent({ name: 'duration' }).map(({ key }) => key);
      assert.deepEqual(
        durations.map(({ operation, surface }) => `${operation} ${surface}`.trim()).sort(),
        ['given chat', 'plain', 'root', 'set'],
      );
    }));

  it('begins no phase after its end, so that what is stopped late leaves nothing', () =>
    traced((root, _clock, telemetry) => {
      root.enter('one');
      root.end();
      assert.equal(root.enter('late'), undefined);
      assert.deepEqual(telemetry.running(), []);
    }));

  it('tells what runs, since when, and at what it is', () =>
    traced(async (root, clock, telemetry) => {
      root.enter('one');
      await clock.advance(10);
      root.enter('two')?.child('inner');
      const [running, ...more] = telemetry.running();
      assert.equal(more.length, 0);
      assert.equal(running?.root.name, 'root');
      assert.equal(running?.phase.name, 'inner');
      assert.equal(running?.root.startMs, clock.wallTime() - 10);
    }));

  it('keeps errors, by their kind alone', () =>
    traced(async (root, _clock, telemetry) => {
      const failure = new RangeError('the secret');
      const rejecting = inSpan(root, 'async', () => Promise.reject(failure));
      await assert.rejects(rejecting, (error) => error === failure);
      assert.throws(
        () =>
          inSpanSync(root, 'sync', () => {
            throw failure;
          }),
        (error) => error === failure,
      );
      root.end();
      const spans = telemetry.traces()[0]?.spans.slice(1) ?? [];
      assert.deepEqual(
        spans.map(({ name, isError, attributes }) => [name, isError, attributes['error.type']]),
        [
          ['async', true, 'RangeError'],
          ['sync', true, 'RangeError'],
        ],
      );
      assert.doesNotMatch(JSON.stringify(spans), /secret/);
    }));

  it('does not count a cancellation as an error', () =>
    traced(async (root, _clock, telemetry) => {
      await assert.rejects(inSpan(root, 'work', () => Promise.reject(new CancelledError())));
      root.end();
      assert.equal(telemetry.traces()[0]?.spans[1]?.isError, false);
    }));

  it('runs the work untraced where there is none', async () => {
    assert.equal(await inSpan(undefined, 'work', () => 1), 1);
    assert.equal(
      inSpanSync(undefined, 'work', (child) => child),
      undefined,
    );
  });
});

describe('instrument', () => {
  it('keeps parameters, this, results and the very promise', () =>
    traced(async (root, _clock, telemetry) => {
      const counter = {
        from: 10,
        add: instrument(
          'add',
          function add(this: { readonly from: number }, more: number): number {
            return this.from + more;
          },
          { scope: () => root, attributes: (more) => ({ 'slipstream.size': more }) },
        ),
      };
      const sum: number = counter.add(5);
      assert.equal(sum, 15);
      const promise = Promise.resolve('later');
      const wait = instrument('wait', () => promise, { scope: () => root });
      assert.equal(wait(), promise);
      await promise;
      await Promise.resolve();
      root.end();
      const [, add, waited] = telemetry.traces()[0]?.spans ?? [];
      assert.equal(add?.attributes['slipstream.size'], 5);
      assert.equal(waited?.name, 'wait');
      assert.deepEqual(telemetry.running(), []);
    }));

  it('keeps errors, thrown and rejected', () =>
    traced(async (root, _clock, telemetry) => {
      const failure = new TypeError('no');
      const fail = instrument(
        'fail',
        (): never => {
          throw failure;
        },
        { scope: () => root },
      );
      assert.throws(fail, (error) => error === failure);
      const reject = instrument('reject', () => Promise.reject(failure), { scope: () => root });
      await assert.rejects(reject(), (error) => error === failure);
      root.end();
      const spans = telemetry.traces()[0]?.spans.slice(1) ?? [];
      assert.deepEqual(
        spans.map(({ isError }) => isError),
        [true, true],
      );
    }));

  it('passes calls through where nothing is traced', () => {
    const double = instrument('double', (value: number) => value * 2, { scope: () => undefined });
    assert.equal(double(4), 8);
  });
});

import assert from 'node:assert/strict';
import { createGateway } from '../../../../src/core/model/gateway.ts';
import type { Telemetry } from '../../../../src/core/telemetry/telemetry.ts';
import { explainedShare } from '../../../../src/core/telemetry/traceTree.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakeEditor } from '../../../support/fakeEditor.ts';
import { createTestTelemetry, shapeOf } from '../../../support/tracing.ts';
import { createKit, type EngineKit } from './engineKit.ts';

describe('The trace of a completion', () => {
  let telemetry: Telemetry;
  let kit: EngineKit;
  beforeEach(() => {
    telemetry = createTestTelemetry(new FakeClock());
    kit = createKit({ tracing: telemetry, minDebounceMs: () => 50 });
  });
  afterEach(() => {
    kit.engine.dispose();
    telemetry.dispose();
  });

  const counted = (name: 'cacheHit' | 'cacheMiss'): number =>
    telemetry
      .recent({ name, tier: 'reuse' })
      .reduce((sum, { histogram }) => sum + histogram.sum, 0);

  it('goes from the key over the wait to the request', async () => {
    const editor = new FakeEditor('con¦\nend');
    kit.engine.typed();
    await kit.ask(editor, 'sole.log()');
    const [trace] = telemetry.traces();
    assert.ok(trace);
    assert.equal(
      shapeOf(trace),
      'completion(completion.known debounce completion.wait(completion.ask(context.assemble completion.shape)))',
    );
    assert.ok(trace.spans.every(({ surface }) => surface === 'completion'));
    assert.deepEqual(telemetry.running(), []);
  });

  it('is explained by its parts, the pause and the wait for the model', async () => {
    // By the engine's own clock, so that what takes time does so in the trace.
    const own: { telemetry?: Telemetry } = {};
    const timed = createKit({
      tracing: {
        begin: (...asked) => own.telemetry?.begin(...asked),
        count: (key) => own.telemetry?.count(key),
      },
      minDebounceMs: () => 50,
    });
    const measured = createTestTelemetry(timed.clock);
    own.telemetry = measured;
    try {
      timed.engine.typed();
      const offers = timed.complete(new FakeEditor('con¦\nend'));
      await timed.clock.advance(100);
      await timed.clock.advance(400);
      await timed.asked[0]?.answer('sole.log()');
      await offers;
      const [trace] = measured.traces();
      assert.ok(trace && (trace.root.durationMs ?? 0) >= 400);
      const share = explainedShare(trace.root, trace.spans, 0);
      assert.ok(share >= 0.95, `${share}`);
    } finally {
      timed.engine.dispose();
      measured.dispose();
    }
  });

  it('counts what is known at once, without a span', async () => {
    const editor = new FakeEditor('con¦\nend');
    await kit.ask(editor, 'sole.log()');
    const { sequence } = telemetry.spans;
    editor.type('s');
    kit.now(editor);
    assert.deepEqual([counted('cacheHit'), counted('cacheMiss')], [1, 1]);
    assert.equal(telemetry.spans.sequence, sequence);
  });

  it('ends when the user types on', async () => {
    const controller = new AbortController();
    kit.engine.typed();
    const offers = kit.complete(new FakeEditor('con¦\nend'), { signal: controller.signal });
    controller.abort();
    await kit.clock.advance(100);
    assert.deepEqual(await offers, []);
    assert.deepEqual(telemetry.running(), []);
  });

  it('has the request below it', async () => {
    const clock = new FakeClock();
    const gateway = createGateway({
      connection: { current: async () => ({ kind: 'offline' }) },
      offline: async function* offline() {
        yield { type: 'textDelta', index: 0, text: 'sole' };
        yield {
          type: 'ended',
          outcome: { kind: 'done', stopReason: 'end_turn', value: 'end_turn' },
        };
      },
      clock,
      version: '0.0.0',
      tracer: telemetry.tracer,
    });
    const own = createKit({ tracing: telemetry, gateway });
    const offers = await Promise.all([
      own.complete(new FakeEditor('con¦')),
      own.clock.advance(100),
    ]);
    assert.equal(offers[0][0]?.text, 'sole');
    const [trace] = telemetry.traces();
    assert.match(
      trace ? shapeOf(trace) : '',
      /completion\.ask\(context\.assemble chat quick\(connect answer stream\) completion\.shape\)/,
    );
    own.engine.dispose();
    gateway.dispose();
  });
});

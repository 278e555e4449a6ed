import assert from 'node:assert/strict';
import { createProcessProbe } from '../../../../src/core/telemetry/processMonitor.ts';
import { SpanStore } from '../../../../src/core/telemetry/spanStore.ts';
import { explainedShare } from '../../../../src/core/telemetry/traceTree.ts';
import {
  formatTraceparent,
  newTraceparent,
  parseTraceparent,
} from '../../../../src/shared/traceparent.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTestTelemetry, shapeOf, stillProbe } from '../../../support/tracing.ts';

describe('Telemetry', () => {
  it('does nothing while it is off', async () => {
    const clock = new FakeClock();
    let isOn = false;
    let probes = 0;
    const telemetry = createTestTelemetry(clock, {
      isEnabled: () => isOn,
      probe: () => {
        probes += 1;
        return stillProbe();
      },
    });
    assert.equal(telemetry.begin('turn'), undefined);
    assert.equal(telemetry.tracer(), undefined);
    assert.deepEqual([probes, clock.pendingTimers], [0, 0]);
    isOn = true;
    telemetry.applySettings();
    assert.equal(probes, 1);
    telemetry.begin('turn')?.end();
    assert.equal(telemetry.traces().length, 1);
    isOn = false;
    telemetry.applySettings();
    assert.equal(clock.pendingTimers, 0);
    assert.equal(telemetry.begin('turn'), undefined);
    telemetry.dispose();
  });

  it('leaves nothing behind', () => {
    const clock = new FakeClock();
    let isReleased = false;
    const telemetry = createTestTelemetry(clock, {
      probe: () => ({
        ...stillProbe(),
        dispose: () => {
          isReleased = true;
        },
      }),
    });
    telemetry.begin('turn');
    telemetry.dispose();
    assert.equal(clock.pendingTimers, 0);
    assert.equal(isReleased, true);
    assert.deepEqual([telemetry.running(), telemetry.traces()], [[], []]);
    assert.equal(telemetry.begin('late'), undefined);
  });

  it('says of roots what the process was like', () => {
    const telemetry = createTestTelemetry(new FakeClock());
    telemetry.begin('turn')?.end();
    const { attributes } = telemetry.traces()[0]?.root ?? assert.fail();
    assert.equal(attributes['slipstream.process.memory_bytes'], 100_000_000);
    assert.equal(attributes['slipstream.process.loop_delay_ms'], 3);
    telemetry.dispose();
  });

  it('goes on with what another process began, and ignores what is no place in a trace', () => {
    const telemetry = createTestTelemetry(new FakeClock());
    const place = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    telemetry.begin('turn', { traceparent: formatTraceparent(place) })?.end();
    telemetry.begin('turn', { traceparent: '00-nonsense' })?.end();
    const [joined, own] = telemetry.traces().map(({ root }) => root);
    assert.deepEqual([joined?.traceId, joined?.parentSpanId], [place.traceId, place.spanId]);
    assert.equal(own?.parentSpanId, undefined);
    telemetry.dispose();
  });

  it('adds what the panel tells of a turn to its trace, unless it makes no sense', async () => {
    const clock = new FakeClock();
    const telemetry = createTestTelemetry(clock);
    const origin = newTraceparent((bytes) => bytes.fill(7));
    const turn = telemetry.begin('turn', { traceparent: origin });
    const report = {
      traceparent: turn?.traceparent ?? '',
      origin,
      sinceStartMs: 90,
      sinceEndMs: 10,
      sendMs: 20,
      frames: 5,
      busyMs: 12,
      longestMs: 4,
    };
    await clock.advance(100);
    turn?.end();
    telemetry.rendered(report);
    telemetry.rendered({ ...report, busyMs: Number.NaN });
    telemetry.rendered({ ...report, traceparent: 'nonsense' });
    const before = telemetry.spans.all().length;
    // A turn of another trace is none that this page began.
    const other = telemetry.begin('turn');
    other?.end();
    telemetry.rendered({ ...report, traceparent: other?.traceparent ?? '' });
    assert.equal(telemetry.spans.all().length, before + 2);
    const [trace, ...others] = telemetry.traces();
    assert.ok(trace);
    assert.deepEqual(others.map(shapeOf), ['turn(panel.render)']);
    assert.equal(shapeOf(trace), 'panel.turn(panel.send turn panel.render)');
    assert.deepEqual([trace.root.durationMs, trace.root.startMs], [110, clock.wallTime() - 110]);
    assert.equal(explainedShare(trace.root, trace.spans, 0), 1);
    const [send, render] = ['panel.send', 'panel.render'].map((name) =>
      trace.spans.filter((span) => span.name === name),
    );
    assert.deepEqual([send?.length, render?.length], [1, 1]);
    assert.deepEqual([send?.[0]?.durationMs, render?.[0]?.durationMs], [20, 10]);
    assert.equal(send?.[0]?.startMs, clock.wallTime() - 110);
    assert.equal(render?.[0]?.attributes['slipstream.render.frames'], 5);
    telemetry.dispose();
  });

  it('tells by its sequence that there is something new', () => {
    const telemetry = createTestTelemetry(new FakeClock());
    const before = telemetry.sequence;
    const scope = telemetry.begin('turn');
    const begun = telemetry.sequence;
    scope?.end();
    const ended = telemetry.sequence;
    assert.ok(before < begun && begun < ended);
    assert.equal(telemetry.sequence, ended);
    telemetry.clear();
    assert.ok(telemetry.sequence > ended);
    assert.deepEqual([telemetry.traces(), telemetry.recent()], [[], []]);
    telemetry.dispose();
  });

  it('keeps no more spans than it may, and forgets those that never end', () => {
    const telemetry = createTestTelemetry(new FakeClock(), { keptSpans: 10 });
    for (let index = 0; index < 25; index += 1) {
      telemetry.begin(`turn${index}`)?.end();
    }
    const names = telemetry.traces().map(({ root }) => root.name);
    assert.equal(names.length, 10);
    assert.equal(names.at(-1), 'turn24');
    for (let index = 0; index < 3_000; index += 1) {
      telemetry.begin('endless');
    }
    assert.equal(telemetry.spans.live().length, 2_000);
    telemetry.dispose();
  });

  it('asks sources only when somebody looks', () => {
    const telemetry = createTestTelemetry(new FakeClock());
    let asked = 0;
    const source = telemetry.registry.add('counters', 'batches', () => {
      asked += 1;
      return { made: 7 };
    });
    assert.equal(asked, 0);
    assert.deepEqual([...telemetry.sources('counters')], [['batches', { made: 7 }]]);
    source.dispose();
    assert.equal(telemetry.sources('counters').size, 0);
    telemetry.dispose();
  });
});

describe('The process monitor', () => {
  it('reads this process', () => {
    const probe = createProcessProbe();
    const { residentBytes, heapBytes, loopDelayMs, openHandles } = probe.read();
    probe.dispose();
    assert.ok(residentBytes > heapBytes && heapBytes > 1_000_000);
    assert.ok(loopDelayMs.max >= 0 && openHandles >= 0);
  });

  it('keeps an hour', async () => {
    const clock = new FakeClock();
    const telemetry = createTestTelemetry(clock);
    await clock.advance(2 * 3_600_000);
    const samples = telemetry.processSamples();
    const [first, last] = [samples[0], samples.at(-1)];
    assert.equal((last?.atMs ?? 0) - (first?.atMs ?? 0), 3_595_000);
    telemetry.dispose();
  });
});

describe('A traceparent', () => {
  it('comes back as it was', () => {
    const place = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    assert.deepEqual(parseTraceparent(formatTraceparent(place)), place);
  });

  it('is refused where it is none', () => {
    const zero = formatTraceparent({ traceId: '0'.repeat(32), spanId: 'b7ad6b7169203331' });
    for (const value of [undefined, 5, '', '00-a-b-01', zero]) {
      assert.equal(parseTraceparent(value), undefined);
    }
  });
});

describe('The store of spans', () => {
  it('tells of roots alone', () => {
    const telemetry = createTestTelemetry(new FakeClock());
    const roots: string[] = [];
    const listening = telemetry.spans.onDidEndRoot(({ name }) => roots.push(name));
    const root = telemetry.begin('turn');
    root?.child('inner').end();
    root?.end();
    assert.deepEqual(roots, ['turn']);
    listening.dispose();
    telemetry.dispose();
  });

  it('is empty once it was disposed of', () => {
    const store = new SpanStore(5);
    store.dispose();
    assert.deepEqual(store.all(), []);
  });
});

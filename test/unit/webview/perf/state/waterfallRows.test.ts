import assert from 'node:assert/strict';
import type { SpanView, TraceView } from '../../../../../src/shared/perf.ts';
import {
  shift,
  waterfallRows,
  wholeWindow,
  zoom,
} from '../../../../../src/webview/perf/state/waterfallRows.ts';

function span(
  id: string,
  parentId: string | undefined,
  startMs: number,
  durationMs: number,
): SpanView {
  return {
    id,
    ...(parentId === undefined ? {} : { parentId }),
    name: id,
    startMs,
    durationMs,
    isUserTime: false,
    isProviderTime: false,
    isError: false,
    isRunning: false,
    attributes: [],
  };
}

function traceOf(...spans: readonly SpanView[]): TraceView {
  return { traceId: 't', title: 'Turn', startedAt: 0, durationMs: 100, spans };
}

function drawn(trace: TraceView, window = wholeWindow(trace)): readonly string[] {
  return waterfallRows(trace, window).map(({ span: { id }, depth, bar }) => {
    const place = bar ? `${bar.left.toFixed(2)}+${bar.width.toFixed(2)}` : 'out of view';
    return `${'  '.repeat(depth)}${id} ${place}`;
  });
}

describe('A waterfall', () => {
  const trace = traceOf(
    span('turn', undefined, 0, 100),
    span('late', 'turn', 60, 40),
    span('early', 'turn', 0, 50),
    span('inner', 'early', 10, 10),
  );

  it('has children below their parent, in the order of time', () => {
    assert.deepEqual(drawn(trace), [
      'turn 0.00+1.00',
      '  early 0.00+0.50',
      '    inner 0.10+0.10',
      '  late 0.60+0.40',
    ]);
  });

  it('cuts bars at the window and leaves out what is outside of it', () => {
    assert.deepEqual(drawn(trace, { startMs: 40, endMs: 60 }), [
      'turn 0.00+1.00',
      '  early 0.00+0.50',
      '    inner out of view',
      '  late 1.00+0.00',
    ]);
  });

  it('keeps spans whose parent is gone', () => {
    assert.deepEqual(drawn(traceOf(span('orphan', 'gone', 0, 100))), ['orphan 0.00+1.00']);
  });

  it('can be drawn for an operation that took no time', () => {
    const instant = { ...traceOf(span('turn', undefined, 0, 0)), durationMs: 0 };
    assert.deepEqual(drawn(instant), ['turn 0.00+0.00']);
  });

  it('is zoomed around its middle, and out no further than the whole', () => {
    const whole = wholeWindow(trace);
    const near = zoom(whole, 0.5, whole);
    assert.deepEqual(near, { startMs: 25, endMs: 75 });
    assert.deepEqual(zoom(near, 4, whole), whole);
    assert.deepEqual(zoom({ startMs: 0, endMs: 1 }, 0.1, whole), { startMs: 0, endMs: 1 });
  });

  it('is moved within the whole', () => {
    const whole = wholeWindow(trace);
    assert.deepEqual(shift({ startMs: 25, endMs: 75 }, 0.25, whole), {
      startMs: 37.5,
      endMs: 87.5,
    });
    assert.deepEqual(shift({ startMs: 40, endMs: 90 }, 1, whole), { startMs: 50, endMs: 100 });
    assert.deepEqual(shift({ startMs: 10, endMs: 60 }, -1, whole), { startMs: 0, endMs: 50 });
  });
});

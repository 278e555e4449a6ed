import assert from 'node:assert/strict';
import { traceView } from '../../../../src/core/performance/traceView.ts';
import { genAi, slipstream } from '../../../../src/core/telemetry/genAiAttributes.ts';
import { historyStart, madeUpSpan, madeUpTrace } from '../../../support/reportHistory.ts';

const startMs = historyStart - 60_000;
const root = madeUpSpan({ spanId: 'a', startMs, durationMs: 10_000 });

describe('The view of a trace', () => {
  it('has its spans by the time since the root began, under the names that the user reads', () => {
    const view = traceView(
      madeUpTrace(
        root,
        madeUpSpan({
          spanId: 'b',
          parentSpanId: 'a',
          name: 'approval.wait',
          startMs: startMs + 2_000,
          durationMs: 7_000,
          attributes: { [slipstream.isUserTime]: true },
        }),
        madeUpSpan({
          spanId: 'c',
          parentSpanId: 'a',
          name: 'execute_tool search',
          startMs: startMs + 9_000,
          isError: true,
        }),
      ),
      historyStart,
    );
    assert.equal(view.title, 'Chat turn');
    assert.equal(view.durationMs, 10_000);
    assert.deepEqual(
      view.spans.map(({ name, parentId, startMs: at, isUserTime, isError }) => [
        name,
        parentId,
        at,
        isUserTime,
        isError,
      ]),
      [
        ['Chat turn', undefined, 0, false, false],
        ['Waiting for your approval', 'a', 2_000, true, false],
        ['Tool search', 'a', 9_000, false, true],
      ],
    );
  });

  it('says why the model was chosen and why the prompt cache missed', () => {
    const view = traceView(
      madeUpTrace(
        root,
        madeUpSpan({
          spanId: 'b',
          parentSpanId: 'a',
          attributes: {
            [genAi.conversationId]: 'thread-1',
            [slipstream.routeReason]: 'It is the cheapest that can.',
            [slipstream.promptCacheMiss]: 'tools_changed',
          },
        }),
      ),
      historyStart,
    );
    assert.equal(view.threadId, 'thread-1');
    assert.equal(view.modelReason, 'It is the cheapest that can.');
    assert.equal(view.cacheMissCause, 'tools changed');
  });

  it('lasts until its last span, also where that comes after the root', () => {
    const applied = madeUpSpan({
      spanId: 'later',
      parentSpanId: 'of another window',
      startMs: startMs + 20_000,
      durationMs: 500,
    });
    assert.equal(traceView(madeUpTrace(root, applied), historyStart).durationMs, 20_500);
  });

  it('lasts until now while it runs', () => {
    const view = traceView(
      madeUpTrace(
        { ...root, durationMs: undefined },
        madeUpSpan({
          spanId: 'b',
          parentSpanId: 'a',
          startMs: startMs + 50_000,
          durationMs: undefined,
        }),
      ),
      historyStart,
    );
    assert.equal(view.durationMs, 60_000);
    assert.deepEqual(
      view.spans.map(({ durationMs, isRunning }) => [durationMs, isRunning]),
      [
        [60_000, true],
        [10_000, true],
      ],
    );
  });

  it('marks content that the user has captured as such', () => {
    const [span] = traceView(
      madeUpTrace({
        ...root,
        attributes: { 'gen_ai.usage.input_tokens': 12 },
        content: { input: 'What is this?' },
        events: [{ name: 'retry', atMs: startMs + 40 }],
      }),
      historyStart,
    ).spans;
    assert.deepEqual(span?.attributes, [
      ['gen_ai.usage.input_tokens', '12'],
      ['retry', 'after 40 ms'],
      ['content: input', 'What is this?'],
    ]);
  });
});

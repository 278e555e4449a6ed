import assert from 'node:assert/strict';
import { systemClock } from '../../../../src/base/clock.ts';
import { explainedShare, type Trace } from '../../../../src/core/telemetry/traceTree.ts';
import { runAgent } from '../../../support/agentRun.ts';
import { createTestTelemetry, shapeOf } from '../../../support/tracing.ts';

const minExplainedShare = 0.95;

async function tracesOfRun(turns: number): Promise<readonly Trace[]> {
  const telemetry = createTestTelemetry(systemClock);
  try {
    await runAgent({ turns, isAlone: true, telemetry });
    assert.deepEqual(telemetry.running(), []);
    return telemetry.traces();
  } finally {
    telemetry.dispose();
  }
}

/** Of all spans whose name begins so, together. */
function explainedOf(traces: readonly Trace[], name: string): number {
  let wholeMs = 0;
  let explainedMs = 0;
  for (const { spans } of traces) {
    for (const span of spans.filter((one) => one.name.startsWith(name))) {
      wholeMs += span.durationMs ?? 0;
      explainedMs += (span.durationMs ?? 0) * explainedShare(span, spans, 0);
    }
  }
  assert.ok(wholeMs > 0);
  return explainedMs / wholeMs;
}

/** A request over a socket. The thread's first one also opens a connection. */
const request =
  'chat claude-sonnet-5-5(budget queue.wait budget.admit connect http.send first_token.wait stream)';

describe('The trace of a turn with tools', () => {
  it('is one tree, whose children explain at least 95 % of each root', async () => {
    const traces = (await tracesOfRun(3)).filter(({ root }) => root.name === 'turn');
    assert.equal(traces.length, 3);
    // A turn takes some 20 ms here: a pause of a busy machine between two phases is a good part of one.
    const [, share = 0] = traces
      .map(({ root, spans }) => explainedShare(root, spans, systemClock.wallTime()))
      .sort((left, right) => left - right);
    assert.ok(share >= minExplainedShare, `${share}`);
    // Single ones take some milliseconds, of which the garbage collector alone may take one.
    for (const name of ['chat ', 'execute_tool ']) {
      const share = explainedOf(traces, name);
      assert.ok(share >= minExplainedShare, `${name}: ${share}`);
    }
  });

  it('has every phase of messages, requests, tools and edits in it', async () => {
    const [trace] = (await tracesOfRun(1)).filter(({ root }) => root.name === 'turn');
    assert.ok(trace);
    const tool = (name: string, inner = 'tool.prepare'): string =>
      `execute_tool ${name}(${inner} tool.run tool.finish)`;
    const round = (...tools: readonly string[]): string =>
      `context.assemble ${request} answer.keep tools(${tools.join(' ')})`;
    assert.equal(
      shapeOf(trace),
      `turn(message.prepare turn.begin ${[
        round(tool('search')),
        round(tool('read_file'), tool('read_file')),
        round(tool('edit_file', 'tool.prepare(edit.match) checkpoint.keep')),
        `context.assemble ${request} answer.keep`,
      ].join(' ')} turn.finish)`,
    );
  });
});

import assert from 'node:assert/strict';
import { type ToolJournal, ToolRunner } from '../../../../src/core/agent/toolRunner.ts';
import type { ToolUseBlock } from '../../../../src/core/model/message.ts';
import type { Telemetry } from '../../../../src/core/telemetry/telemetry.ts';
import { explainedShare, isUserTime } from '../../../../src/core/telemetry/traceTree.ts';
import type { ApprovalDecision } from '../../../../src/shared/views.ts';
import { FakeTools } from '../../../support/agentHarness.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTestTelemetry, shapeOf } from '../../../support/tracing.ts';

const journal: ToolJournal = {
  changed: () => undefined,
  outputAppended: () => undefined,
  ended: () => undefined,
  beforeRun: async () => undefined,
  edited: () => undefined,
  remarks: async () => '',
  failed: () => undefined,
};

function use(name: string): ToolUseBlock {
  return { type: 'tool_use', id: `use ${name}`, name, input: {} };
}

let clock: FakeClock;
let telemetry: Telemetry;

/** Runs calls that each take 40 ms and need leave, which takes 60 ms to come. */
async function runCalls(
  names: readonly string[],
  decision: ApprovalDecision,
  controller = new AbortController(),
): Promise<void> {
  const root = telemetry.begin('turn');
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => clock.setTimeout(resolve, ms));
  const run = async () => {
    await wait(40);
    return {};
  };
  const tools = new FakeTools({ write_file: { kind: 'write', run }, read_file: { run } });
  const runner = new ToolRunner({
    tools,
    journal,
    clock,
    approver: {
      judge: (name) =>
        name === 'read_file'
          ? { kind: 'allow' }
          : { kind: 'ask', approval: { reason: 'It changes something.', previews: [] } },
      ask: async () => {
        await wait(60);
        return decision;
      },
    },
  });
  const running = runner.run(names.map(use), new Map(), controller.signal, root?.enter('tools'));
  for (let step = 0; step < 40; step += 1) {
    await clock.advance(10);
  }
  await running;
  root?.end();
}

function shape(): string {
  const [trace] = telemetry.traces();
  return trace ? shapeOf(trace) : '';
}

describe('The trace of a call', () => {
  beforeEach(() => {
    clock = new FakeClock();
    telemetry = createTestTelemetry(clock);
  });
  afterEach(() => telemetry.dispose());

  it('tells the user’s time from ours', async () => {
    await runCalls(['write_file'], 'allow');
    assert.equal(
      shape(),
      'turn(tools(execute_tool write_file(tool.prepare approval.wait tool.run tool.finish)))',
    );
    const spans = telemetry.spans.all();
    const [waiting] = spans.filter(isUserTime);
    assert.equal(waiting?.name, 'approval.wait');
    assert.equal(waiting?.durationMs, 60);
    assert.equal(waiting?.attributes['slipstream.approval.decision'], 'allow');
    const call = spans.find(({ name }) => name === 'execute_tool write_file');
    assert.equal(call?.durationMs, 100);
    assert.ok(call && explainedShare(call, spans, 0) === 1);
    // The tool itself is no slower for it.
    const [measured] = telemetry.recent({ name: 'duration', operation: call.name });
    assert.equal(measured?.histogram.sum, 40);
  });

  it('ends where leave is not given', async () => {
    await runCalls(['write_file'], 'deny');
    const call = telemetry.spans.all().find(({ name }) => name === 'execute_tool write_file');
    assert.equal(call?.attributes['slipstream.tool.status'], 'denied');
    assert.deepEqual(telemetry.running(), []);
  });

  it('has calls side by side where they run so', async () => {
    await runCalls(['read_file', 'read_file'], 'allow');
    const calls = telemetry.spans.all().filter(({ name }) => name === 'execute_tool read_file');
    assert.equal(calls.length, 2);
    assert.equal(calls[0]?.startMs, calls[1]?.startMs);
  });

  it('does not take its name from the model', async () => {
    await runCalls(['whatever the model says'], 'allow');
    assert.match(shape(), /execute_tool unknown/);
    const call = telemetry.spans.all().find(({ name }) => name === 'execute_tool unknown');
    assert.equal(call?.attributes['error.type'], 'UserError');
  });

  it('ends when the turn is stopped, whatever the tool does', async () => {
    const controller = new AbortController();
    controller.abort();
    await runCalls(['write_file'], 'allow', controller);
    const call = telemetry.spans.all().find(({ name }) => name === 'execute_tool write_file');
    assert.equal(call?.attributes['slipstream.tool.status'], 'cancelled');
    assert.deepEqual(telemetry.running(), []);
  });
});

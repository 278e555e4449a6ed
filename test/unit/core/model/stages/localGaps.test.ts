import assert from 'node:assert/strict';
import type { Connection } from '../../../../../src/core/model/connection.ts';
import type { ModelEvent, ModelRequest, Stage } from '../../../../../src/core/model/request.ts';
import { createLocalGapsStage } from '../../../../../src/core/model/stages/localGaps.ts';
import { aRequest, userText } from '../gatewayKit.ts';
import { delta, done, failed, type ScriptedNext, scriptedNext, started } from '../scriptedNext.ts';

const refused = failed({ kind: 'invalidRequest', status: 400, canRetry: false });
const tools = [{ name: 'read_file', description: 'Reads.', inputSchema: { type: 'object' } }];
const local: Connection = { kind: 'compatible', endpoint: 'http://127.0.0.1:11434' };

function stageFor(connection: Connection = local): { stage: Stage; told: string[] } {
  const told: string[] = [];
  const stage = createLocalGapsStage({
    connection: { current: () => Promise.resolve(connection) },
    onToolsRefused: (message) => told.push(message),
  });
  return { stage, told };
}

async function run(
  stage: Stage,
  script: ScriptedNext,
  request: Partial<ModelRequest> = {},
): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  const signal = new AbortController().signal;
  const asked = aRequest({ model: 'gemma', tools, ...request });
  for await (const event of stage(asked, script.next, signal)) {
    events.push(event);
  }
  return events;
}

const toolCounts = (script: ScriptedNext): number[] =>
  script.requests.map((request) => request.tools.length);

describe('The local gaps stage', () => {
  it('asks a local model once more without tools, tells so, and remembers it', async () => {
    const { stage, told } = stageFor();
    const script = scriptedNext([refused], [started, delta('a'), done], [started, done]);
    assert.deepEqual(await run(stage, script), [started, delta('a'), done]);
    assert.match(told[0] ?? '', /^gemma at 127\.0\.0\.1:11434 takes no tools/);
    assert.deepEqual(await run(stage, script), [started, done]);
    assert.deepEqual(toolCounts(script), [1, 0, 0]);
    assert.equal(told.length, 1);
  });

  it('passes the first refusal on where it was not the tools', async () => {
    const { stage, told } = stageFor();
    const script = scriptedNext([refused], [failed({ kind: 'invalidRequest', status: 404 })]);
    assert.deepEqual(await run(stage, script), [refused]);
    assert.deepEqual(told, []);
  });

  it('leaves alone Anthropic, a history with tools in it, and a request without any', async () => {
    const anthropic = stageFor({ kind: 'anthropic', endpoint: 'https://api.anthropic.com' });
    assert.deepEqual(await run(anthropic.stage, scriptedNext([refused])), [refused]);
    const { stage } = stageFor();
    const used: ModelRequest['messages'] = [
      userText('Hello'),
      { role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'read_file', input: {} }] },
    ];
    assert.deepEqual(await run(stage, scriptedNext([refused]), { messages: used }), [refused]);
    assert.deepEqual(await run(stage, scriptedNext([refused]), { tools: [] }), [refused]);
  });

  it('shows the tries before a refusal', async () => {
    const { stage } = stageFor();
    const refusedTwice = failed({ kind: 'server', status: 500, canRetry: true });
    const retrying: ModelEvent = {
      type: 'retrying',
      attempt: 2,
      delayMs: 500,
      failure: { kind: 'server', message: 'It broke.', canRetry: true },
    };
    const script = scriptedNext([retrying, refusedTwice], [started, done]);
    assert.deepEqual(await run(stage, script), [retrying, started, done]);
  });
});

import assert from 'node:assert/strict';
import { DecisionTrail } from '../../../../../src/core/model/decisionTrail.ts';
import type { AssistantBlock, Message } from '../../../../../src/core/model/message.ts';
import type { ModelEvent } from '../../../../../src/core/model/request.ts';
import { createThinkingRecoveryStage } from '../../../../../src/core/model/stages/thinkingRecovery.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';
import { aRequest, collect, userText } from '../gatewayKit.ts';
import { delta, done, failed, type ScriptedNext, scriptedNext, started } from '../scriptedNext.ts';

const rejected = failed({ kind: 'invalidRequest', status: 400, canRetry: false });

const dropped: ModelEvent = { type: 'thinkingDropped' };

const text: AssistantBlock = { type: 'text', text: 'An answer.' };
const thinking: AssistantBlock = { type: 'thinking', thinking: 'a', signature: 's' };
const redacted: AssistantBlock = { type: 'redacted_thinking', data: 'd' };
const opaque: AssistantBlock = { type: 'opaque', value: { type: 'future' } };

function history(...content: AssistantBlock[]): Message[] {
  return [userText('Hello'), { role: 'assistant', content }, userText('Go on')];
}

async function run(script: ScriptedNext, messages: readonly Message[]): Promise<ModelEvent[]> {
  const stage = createThinkingRecoveryStage();
  const events: ModelEvent[] = [];
  const signal = new AbortController().signal;
  for await (const event of stage(aRequest({ messages }), script.next, signal)) {
    events.push(event);
  }
  return events;
}

describe('The thinking recovery stage', () => {
  it('sends a rejected history once more without thinking', async () => {
    const script = scriptedNext([rejected], [started, delta('a'), done]);
    const events = await run(script, history(thinking, redacted, opaque, text));
    assert.deepEqual(events, [dropped, started, delta('a'), done]);
    assert.deepEqual(script.requests[1]?.messages, history(text));
  });

  it('writes down why', async () => {
    const trail = new DecisionTrail(new FakeClock());
    const request = aRequest({ messages: history(thinking, text), trail });
    const { next } = scriptedNext([rejected], [started, done]);
    await collect(createThinkingRecoveryStage()(request, next, new AbortController().signal));
    assert.deepEqual(
      trail.decisions.map(({ by }) => by),
      ['thinkingRecovery'],
    );
  });

  it('does so once only', async () => {
    const script = scriptedNext([rejected]);
    assert.deepEqual(await run(script, history(thinking, text)), [dropped, rejected]);
    assert.equal(script.requests.length, 2);
  });

  it('leaves the history as it is while that is accepted', async () => {
    const script = scriptedNext([started, done]);
    await run(script, history(thinking, text));
    assert.deepEqual(script.requests[0]?.messages, history(thinking, text));
    assert.equal(script.requests.length, 1);
  });

  it('passes a rejection on where there is no thinking to leave out', async () => {
    const script = scriptedNext([rejected]);
    assert.deepEqual(await run(script, history(text)), [rejected]);
    assert.equal(script.requests.length, 1);
  });

  it('leaves other failures alone', async () => {
    for (const other of [
      failed({ kind: 'invalidRequest', status: 404, canRetry: false }),
      failed({ kind: 'invalidRequest', status: 413, canRetry: false }),
      failed({ kind: 'authentication', status: 401, canRetry: false }),
      failed({ kind: 'overloaded', status: 529 }),
    ]) {
      const script = scriptedNext([other]);
      assert.deepEqual(await run(script, history(thinking, text)), [other]);
      assert.equal(script.requests.length, 1);
    }
  });

  it('does not start again what has begun', async () => {
    const script = scriptedNext([started, delta('a'), rejected]);
    const events = await run(script, history(thinking, text));
    assert.deepEqual(events, [started, delta('a'), rejected]);
    assert.equal(script.requests.length, 1);
  });

  it('shows tries that came before the rejection', async () => {
    const failure = { kind: 'overloaded', message: 'Busy.', canRetry: true } as const;
    const retrying: ModelEvent = { type: 'retrying', attempt: 2, delayMs: 500, failure };
    const script = scriptedNext([retrying, rejected], [started, done]);
    assert.deepEqual(await run(script, history(thinking)), [retrying, dropped, started, done]);
  });
});

import assert from 'node:assert/strict';
import type { LoneAsk } from '../../../../src/core/agent/loneTurns.ts';
import {
  createAgentHarness,
  done,
  draft,
  type ModelScript,
  reply,
  text,
  thinking,
} from '../../../support/agentHarness.ts';
import { endless, lastAnswer, textsOf } from './threadKit.ts';

const alone: LoneAsk = {
  system: 'You explain code.',
  caching: { operation: 'explain', version: 1, files: ['/home/ada/a.ts'] },
};
const tools = { read_file: {} };

/** An answer that the cache gives. */
const kept: ModelScript = function* giveAgain(request) {
  yield { type: 'started', messageId: 'msg_kept', model: request.model, isKept: true };
  yield { type: 'blockStarted', index: 0, block: { type: 'text' } };
  yield { type: 'textDelta', index: 0, text: 'It adds.' };
  yield { type: 'blockEnded', index: 0, block: { type: 'text', text: 'It adds.' } };
  yield { type: 'ended', outcome: done('end_turn') };
};

describe('A message that is answered by itself', () => {
  async function begin(script: ModelScript) {
    const harness = createAgentHarness({ tools });
    const { id } = await harness.service.create(() => undefined);
    harness.model.add(script);
    await harness.service.send(id, draft('/explain'), alone);
    return { ...harness, id };
  }

  it('is sent without tools, without the thread, and may be kept', async () => {
    const { id, model, settled } = await begin(reply([text('It adds.')]));
    await settled(id);
    const [request] = model.requests;
    assert.equal(request?.surface, 'codeAction');
    assert.equal(request?.system, alone.system);
    assert.deepEqual(request?.caching, alone.caching);
    assert.deepEqual(request?.tools, []);
    assert.equal(request?.threadId, undefined, 'the same may be asked in any thread');
    assert.equal(request?.messages.length, 1);
  });

  it('leaves a turn like any other, which the agent goes on from without its thinking', async () => {
    const { id, model, service, settled, view } = await begin(
      reply([thinking('Hm.'), text('It adds.')]),
    );
    await settled(id);
    assert.deepEqual(textsOf(await view(id)), ['/explain', 'It adds.']);
    model.add(reply([text('Because.')]));
    await service.send(id, draft('Why?'));
    await settled(id);
    const follow = model.requests[1];
    assert.equal(follow?.surface, 'chat');
    assert.equal(follow?.caching, undefined);
    assert.equal(follow?.tools.length, 1);
    const said = follow?.messages.map(({ content }) => content.map(({ type }) => type));
    assert.deepEqual(said, [['text'], ['text'], ['text']]);
  });

  it('says that the answer was kept, and asks anew where that is wanted', async () => {
    const { id, model, service, settled, view } = await begin(kept);
    await settled(id);
    const answer = lastAnswer(await view(id));
    assert.equal(answer.state, 'done');
    assert.match(answer.notice?.text ?? '', /kept/);
    assert.deepEqual(answer.notice?.actions, [{ label: 'Ask again', action: 'retryTurn' }]);
    model.add(reply([text('It sums.')]));
    await service.retryLast(id);
    await settled(id);
    assert.equal(model.requests[1]?.surface, 'codeAction');
    assert.equal(model.requests[1]?.caching?.mustRefresh, true);
    const fresh = lastAnswer(await view(id));
    assert.equal(fresh.notice, undefined);
    assert.deepEqual(textsOf(await view(id)), ['/explain', 'It sums.']);
  });

  it('stops in the middle like any turn', async () => {
    const { id, service, view } = await begin(endless);
    await service.stop(id);
    assert.equal(lastAnswer(await view(id)).state, 'stopped');
  });
});

describe('A thread is untouched', () => {
  it('until a draft is written or a message sent', async () => {
    const { service, model, settled } = createAgentHarness();
    const { id } = await service.create(() => undefined);
    assert.equal(await service.isUntouched(id), true);
    await service.saveDraft(id, draft('Half a thought'));
    assert.equal(await service.isUntouched(id), false);
    await service.saveDraft(id, draft(''));
    assert.equal(await service.isUntouched(id), true);
    model.add(reply([text('Hi.')]));
    await service.send(id, draft('Hello'));
    assert.equal(await service.isUntouched(id), false);
    await settled(id);
    assert.equal(await service.isUntouched(id), false);
  });
});

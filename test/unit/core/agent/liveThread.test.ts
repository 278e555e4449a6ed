import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import {
  blockEvents,
  createAgentHarness,
  done,
  draft,
  editAccess,
  failed,
  type ModelScript,
  reply,
  ScriptedModel,
  start,
  type TestParts,
  text,
  thinking,
  toolUse,
} from '../../../support/agentHarness.ts';
import { settle } from '../../../support/fakeClock.ts';
import { endless, lastAnswer, textsOf } from './threadKit.ts';

describe('a thread in use', () => {
  it('answers a message, and names itself after it', async () => {
    const { service, model, view, settled, events } = createAgentHarness();
    model.add(reply([thinking('Hm.'), text('Four.')]));
    await service.send('t', draft('  What is 2 + 2?\nBriefly.'));
    await settled('t');
    const shown = await view('t');
    assert.deepEqual(textsOf(shown), ['  What is 2 + 2?\nBriefly.', 'thinking|Four.']);
    assert.equal(shown.title, 'What is 2 + 2?');
    assert.equal(lastAnswer(shown).state, 'done');
    assert.equal(events.filter((event) => event.type === 'turn/ended').length, 1);
    assert.deepEqual(model.requests[0]?.messages, [
      { role: 'user', content: [text('  What is 2 + 2?\nBriefly.')] },
    ]);
  });

  it('shows a block together with its first text, which must not wait for a frame', async () => {
    const { service, model, settled, events } = createAgentHarness();
    model.add(reply([text('Four.')]));
    await service.send('t', draft('What is 2 + 2?'));
    await settled('t');
    const shown = events.flatMap((event) =>
      event.type === 'block/added' && event.block.type === 'text'
        ? [`added ${event.block.text}`]
        : event.type === 'block/appended'
          ? [`appended ${event.text}`]
          : [],
    );
    assert.deepEqual(shown, ['added Fou', 'appended r.']);
  });

  it('takes one message at a time', async () => {
    const { service, model, settled } = createAgentHarness();
    model.add(endless);
    await service.send('t', draft('one'));
    await assert.rejects(service.send('t', draft('two')), UserError);
    await assert.rejects(service.retry('t', 'any'), UserError);
    await service.stop('t');
    await settled('t');
    assert.equal(model.requests.length, 1);
  });

  it('begins one turn where two messages are sent at once', async () => {
    const { service, model, view, settled } = createAgentHarness();
    model.add(reply([text('Yes.')]));
    const sent = await Promise.allSettled([
      service.send('t', draft('one')),
      service.send('t', draft('two')),
    ]);
    assert.deepEqual(sent.map((one) => one.status).sort(), ['fulfilled', 'rejected']);
    await settled('t');
    assert.equal((await view('t')).messages.length, 2);
  });

  it('refuses a message without content, also one whose command turns into nothing', async () => {
    const { service, view } = createAgentHarness({ parts: { expandPrompt: async () => ' ' } });
    await assert.rejects(service.send('t', draft(' \n')), UserError);
    await assert.rejects(service.send('t', draft('/nothing')), UserError);
    assert.deepEqual((await view('t')).messages, []);
  });

  it('keeps the thread as it was when what is attached cannot be read', async () => {
    const { service, view } = createAgentHarness({
      parts: { resolveContext: () => Promise.reject(new UserError('a.ts is gone.')) },
    });
    await assert.rejects(service.send('t', draft('hi')), /a\.ts is gone/);
    assert.equal((await view('t')).status.phase, 'idle');
  });

  it('goes on where a turn can begin again after the model could not be chosen', async () => {
    let isBroken = true;
    const { service, model, view, settled } = createAgentHarness({
      parts: {
        model: async () => {
          if (isBroken) {
            throw new UserError('Choose a model.');
          }
          return { id: 'model-1', name: 'Model One' };
        },
      },
    });
    await assert.rejects(service.send('t', draft('hi')), /Choose a model/);
    isBroken = false;
    model.add(reply([text('Hi.')]));
    await service.send('t', draft('hi'));
    await settled('t');
    assert.deepEqual(textsOf(await view('t')), ['hi', 'Hi.']);
  });
});

describe('going back in a thread', () => {
  async function threeTurns(parts: Partial<TestParts> = {}) {
    const harness = createAgentHarness({ parts });
    const turnIds: string[] = [];
    for (const [said, answered] of [
      ['one', 'A'],
      ['two', 'B'],
      ['three', 'C'],
    ] as const) {
      harness.model.add(reply([text(answered)]));
      turnIds.push(await harness.service.send('t', draft(said)));
      await harness.settled('t');
    }
    return { ...harness, turnIds };
  }

  it('answers a message once more, in place of what followed it', async () => {
    const { service, model, view, settled, store, turnIds, events } = await threeTurns();
    model.add(reply([text('B2')]));
    await service.retry('t', turnIds[1] ?? '');
    await settled('t');
    assert.deepEqual(textsOf(await view('t')), ['one', 'A', 'two', 'B2']);
    assert.deepEqual(
      (await store.readHistory('t')).map((record) => record.ordinal),
      [0, 1, 2, 3],
    );
    const removed = events.findIndex((event) => event.type === 'turn/removed');
    const started = events.findLastIndex((event) => event.type === 'turn/started');
    assert.ok(removed >= 0 && removed < started);
  });

  it('goes on from an edited message', async () => {
    const { service, model, view, settled, turnIds } = await threeTurns();
    model.add(reply([text('new')]));
    await service.edit('t', turnIds[0] ?? '', draft('uno'));
    await settled('t');
    assert.deepEqual(textsOf(await view('t')), ['uno', 'new']);
    assert.deepEqual(model.requests.at(-1)?.messages, [{ role: 'user', content: [text('uno')] }]);
  });

  it('tells that a message is gone', async () => {
    const { service } = await threeTurns();
    await assert.rejects(service.retry('t', 'nonsense'), UserError);
    await assert.rejects(service.edit('t', 'nonsense', draft('x')), UserError);
  });

  it('takes nothing away where the new turn cannot begin', async () => {
    let isGone = false;
    const model: TestParts['model'] = async () => {
      if (isGone) {
        throw new UserError('No model.');
      }
      return { id: 'model-1', name: 'Model One' };
    };
    const { service, view, turnIds, store, events } = await threeTurns({ model });
    const before = await view('t');
    isGone = true;
    await assert.rejects(service.retry('t', turnIds[0] ?? ''), /No model/);
    await assert.rejects(service.edit('t', turnIds[0] ?? '', draft('x')), /No model/);
    assert.equal((await store.readHistory('t')).length, before.messages.length);
    assert.ok(!events.some((event) => event.type === 'turn/removed'));
  });

  it('leaves a refused exchange out of the next request, and says so', async () => {
    const { service, model, view, settled } = createAgentHarness();
    model.add(reply([text('I c')], done('refusal', 'cyber')), reply([text('Hi.')]));
    await service.send('t', draft('bad'));
    await settled('t');
    const refused = lastAnswer(await view('t'));
    assert.equal(refused.state, 'failed');
    assert.match(refused.notice?.text ?? '', /cyber/);
    await service.send('t', draft('good'));
    await settled('t');
    assert.deepEqual(model.requests[1]?.messages, [{ role: 'user', content: [text('good')] }]);
  });
});

describe('approvals in a thread', () => {
  it('asks once and remembers what was allowed for the thread, but not in another one', async () => {
    const { service, model, view, settled, clock } = createAgentHarness({
      tools: { edit: { kind: 'write', access: editAccess } },
    });
    const cardOf = async (threadId: string): Promise<string> => {
      await settle();
      const card = lastAnswer(await view(threadId)).blocks.at(-1);
      assert.ok(card?.type === 'tool' && card.status === 'awaitingApproval');
      return card.id;
    };
    model.add(reply([toolUse('1', 'edit')]), reply([toolUse('2', 'edit', { n: 2 })]));
    model.add(reply([text('Done.')]));
    await service.send('t', draft('go'));
    await service.decide('t', await cardOf('t'), 'allowInThread');
    await settled('t');
    assert.equal(lastAnswer(await view('t')).state, 'done');
    model.add(reply([toolUse('3', 'edit')]), reply([text('Pity.')]));
    await service.send('u', draft('go'));
    const blockId = await cardOf('u');
    await service.decide('u', blockId, 'deny');
    await settled('u');
    await assert.rejects(service.decide('u', blockId, 'allow'), UserError);
    assert.equal(clock.pendingTimers, 0);
  });
});

describe('a thread when things go wrong', () => {
  it('keeps the text before a failure and offers to go on or to try again', async () => {
    const { service, model, view, settled } = createAgentHarness();
    const script: ModelScript = function* fails(request) {
      yield* start(request);
      yield* blockEvents(0, text('So far'));
      yield { type: 'ended', outcome: failed({ kind: 'overloaded', message: 'Too busy.' }) };
    };
    model.add(script);
    await service.send('t', draft('go'));
    await settled('t');
    const answer = lastAnswer(await view('t'));
    assert.equal(answer.state, 'failed');
    assert.equal(answer.notice?.text, 'Too busy.');
    assert.deepEqual(
      answer.notice?.actions.map((action) => action.action),
      ['continueTurn', 'retryTurn'],
    );
  });

  it('ends a turn that meets a bug, keeps its text, and can go on', async () => {
    const { service, model, view, settled, troubles, store } = createAgentHarness();
    const script: ModelScript = function* buggy(request) {
      yield* start(request);
      yield* blockEvents(0, text('So far'));
      throw new TypeError('a bug');
    };
    model.add(script, reply([text('Fine.')]));
    await service.send('t', draft('go'));
    await settled('t');
    assert.deepEqual(troubles, ['unexpected: TypeError: a bug']);
    const [, answer] = await store.readHistory('t');
    assert.ok(answer?.role === 'assistant');
    assert.equal(answer.state, 'failed');
    assert.deepEqual(answer.content, [text('So far')]);
    await service.send('t', draft('again'));
    await settled('t');
    assert.equal(lastAnswer(await view('t')).state, 'done');
  });

  it('shows a retry with its reason and time, and then that it waits for the model again', async () => {
    const { service, model, settled, events, clock } = createAgentHarness();
    const script: ModelScript = function* retries(request) {
      const failure = { kind: 'overloaded', message: 'Too busy.', canRetry: true } as const;
      yield { type: 'retrying', attempt: 1, delayMs: 12_000, failure };
      yield* start(request);
      yield { type: 'ended', outcome: done('end_turn') };
    };
    model.add(script);
    await service.send('t', draft('go'));
    await settled('t');
    const statuses = events.flatMap((event) =>
      event.type === 'thread/status' ? [event.status] : [],
    );
    assert.deepEqual(
      statuses.map((status) => status.phase),
      ['preparing', 'waiting', 'retrying', 'waiting', 'idle'],
    );
    assert.equal(statuses[2]?.detail, 'Too busy.');
    assert.equal(statuses[2]?.retryAt, clock.wallTime() + 12_000);
  });

  it('asks for what its turn began with, whatever changes meanwhile', async () => {
    const names = ['read'];
    const model = new ScriptedModel();
    const { service, settled } = createAgentHarness({
      model,
      tools: { read: {} },
      parts: {
        toolDefinitions: () =>
          names.map((name) => ({ name, description: name, inputSchema: { type: 'object' } })),
      },
    });
    const script: ModelScript = async function* trusts(request, signal) {
      names.push('write');
      yield* reply([thinking('A'), toolUse('1', 'read')])(request, signal);
    };
    model.add(script, reply([thinking('B'), text('Done.')]), reply([text('Now.')]));
    await service.send('t', draft('go'));
    await settled('t');
    await service.send('t', draft('more'));
    await settled('t');
    assert.deepEqual(
      model.requests.map((request) => request.tools.length),
      [1, 1, 2],
    );
    const kept = model.requests.map((request) =>
      request.messages.flatMap((message) =>
        message.content.flatMap((block) => (block.type === 'thinking' ? [block.thinking] : [])),
      ),
    );
    assert.deepEqual(kept, [[], ['A'], []], 'thinking is bound to the tools it came with');
  });
});

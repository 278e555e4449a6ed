import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import type { ThreadStore } from '../../../../src/core/store/records.ts';
import type { ThreadView } from '../../../../src/shared/views.ts';
import {
  createAgentHarness,
  draft,
  reply,
  ScriptedModel,
  text,
  thinking,
  toolUse,
} from '../../../support/agentHarness.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { settle } from '../../../support/fakeClock.ts';
import { MemoryThreadStore } from '../../../support/memoryThreadStore.ts';
import { endless } from './threadKit.ts';

const taken = (): void => undefined;

/** What stays of a view when it is read again: ids, texts, cards. */
function shape(view: ThreadView): unknown {
  return view.messages.map((message) =>
    message.role === 'user'
      ? message
      : {
          id: message.id,
          state: message.state,
          notice: message.notice,
          model: message.model,
          usage: message.usage,
          blocks: message.blocks.map((block) =>
            block.type === 'tool'
              ? [block.id, block.title, block.status, block.output, block.input, block.durationMs]
              : block,
          ),
        },
  );
}

describe('threads of a window', () => {
  it('lists a thread from its first message on', async () => {
    const { service, model, settled } = createAgentHarness();
    const view = await service.create(taken);
    assert.deepEqual((await service.list({ query: '', limit: 10 })).threads, []);
    model.add(reply([text('Hi.')]));
    await service.send(view.id, draft('hello there'));
    await settled(view.id);
    const { threads } = await service.list({ query: '', limit: 10 });
    assert.deepEqual(
      threads.map((thread) => [thread.id, thread.title]),
      [[view.id, 'hello there']],
    );
  });

  it('keeps a name given before the first message', async () => {
    const { service, model, store, settled } = createAgentHarness();
    const { id } = await service.create(taken);
    await service.rename(id, ' Mine ');
    await assert.rejects(service.rename(id, '  '), UserError);
    assert.equal((await service.open(id, taken)).title, 'Mine');
    model.add(reply([text('Hi.')]));
    await service.send(id, draft('hello'));
    await settled(id);
    const record = await store.readThread(id);
    assert.deepEqual([record?.title, record?.isTitleByUser], ['Mine', true]);
  });

  it('opens the thread last in view again, and a new one where there was none', async () => {
    const store = new MemoryThreadStore();
    const first = createAgentHarness({ store });
    const { id } = await first.service.openCurrent(taken);
    await settle();
    const second = createAgentHarness({ store });
    assert.equal((await second.service.openCurrent(taken)).id, id);
  });

  it('keeps a draft per thread, and clears it once it is sent', async () => {
    const { service, model, settled } = createAgentHarness();
    await service.saveDraft('a', draft('for a'));
    await service.saveDraft('b', draft('for b'));
    assert.equal((await service.open('a', taken)).draft.text, 'for a');
    model.add(reply([text('Hi.')]));
    await service.send('a', draft('for a'));
    await settled('a');
    assert.equal((await service.open('a', taken)).draft.text, '');
    assert.equal((await service.open('b', taken)).draft.text, 'for b');
  });

  it('keeps the draft of a message that could not be sent', async () => {
    const { service } = createAgentHarness({
      parts: { resolveContext: () => Promise.reject(new UserError('gone')) },
    });
    await service.saveDraft('a', draft('for a'));
    await assert.rejects(service.send('a', draft('for a')));
    assert.equal((await service.open('a', taken)).draft.text, 'for a');
  });

  it('counts tokens and cost with each answer, over all turns', async () => {
    const { service, model, settled, events } = createAgentHarness({ tools: { read: {} } });
    model.add(reply([toolUse('1', 'read')]), reply([text('Hi.')]), reply([text('Ho.')]));
    await service.send('t', draft('go'));
    await settled('t');
    await service.send('t', draft('more'));
    await settled('t');
    const costs = events.flatMap((event) =>
      event.type === 'thread/meter' ? [event.meter.usage.costUsd] : [],
    );
    // After each answer, and at the end of each turn.
    assert.deepEqual(costs, [0.02, 0.04, 0.04, 0.06, 0.06]);
    const { meter } = await service.open('t', taken);
    assert.deepEqual(
      [meter.windowTokens, meter.isEstimate, meter.windowLimit, meter.modelName],
      [120, false, 200_000, 'Model One'],
    );
    await service.refreshMeter('t');
    assert.deepEqual(events.at(-1), { type: 'thread/meter', threadId: 't', meter });
  });

  it('leaves the cost unknown from the first call whose price is not known', async () => {
    const { service, model, settled, view } = createAgentHarness({
      parts: { costOf: () => undefined },
    });
    model.add(reply([text('Hi.')]));
    await service.send('t', draft('go'));
    await settled('t');
    assert.equal((await view('t')).meter.usage.costUsd, undefined);
  });

  it('exports a thread as markdown', async () => {
    const { service, model, settled } = createAgentHarness({ tools: { read: {} } });
    await assert.rejects(service.exportThread('t'), UserError);
    model.add(reply([thinking('Hm.'), toolUse('1', 'read')]), reply([text('It is `x`.')]));
    const chips = [{ kind: 'file', label: 'a.ts', path: '/home/ada/a.ts' }] as const;
    await service.send('t', { text: 'What is it?', chips, images: [] });
    await settled('t');
    assert.equal(
      await service.exportThread('t'),
      '# What is it?\n\n## You\n\nWhat is it?\n\nAttached: `/home/ada/a.ts`\n\n' +
        '## Slipstream\n\n- Title of read (done)\n\nIt is `x`.\n',
    );
  });

  it('gives the whole output of a call whose card shows its beginning', async () => {
    const long = 'x'.repeat(5_000);
    const { service, model, settled, view } = createAgentHarness({
      tools: { read: { run: async () => ({ text: long }) } },
    });
    model.add(reply([toolUse('1', 'read')]), reply([text('Hi.')]));
    await service.send('t', draft('go'));
    await settled('t');
    const answer = (await view('t')).messages[1];
    const card = answer?.role === 'assistant' ? answer.blocks[0] : undefined;
    assert.ok(card?.type === 'tool');
    assert.deepEqual([card.output.length, card.isOutputCut], [2_000, true]);
    assert.equal(await service.toolOutput('t', card.id), long);
    await assert.rejects(service.toolOutput('t', 'x:nonsense'), UserError);
  });

  it('pages back through a long thread in whole turns', async () => {
    const { service, model, settled } = createAgentHarness();
    for (let n = 0; n < 30; n += 1) {
      model.add(reply([text(`answer ${n}`)]));
      await service.send('t', draft(`message ${n}`));
      await settled('t');
    }
    const last = await service.open('t', taken);
    assert.deepEqual([last.messages.length, last.hasEarlier], [40, true]);
    const earlier = await service.earlier('t', last.messages[0]?.id ?? '');
    assert.deepEqual([earlier.messages.length, earlier.hasEarlier], [20, false]);
    const [first] = earlier.messages;
    assert.equal(first?.role === 'user' && first.text, 'message 0');
    await assert.rejects(service.earlier('t', 'nonsense'), UserError);
  });

  it('shows a turn of more answers than a page holds as a whole', async () => {
    const { service, model, settled } = createAgentHarness({
      tools: { read: {} },
      parts: { maxRounds: () => 60 },
    });
    model.add(reply([text('First.')]));
    await service.send('t', draft('short'));
    await settled('t');
    for (let n = 0; n < 50; n += 1) {
      model.add(reply([toolUse(`${n}`, 'read', { n })]));
    }
    model.add(reply([text('Done.')]));
    await service.send('t', draft('long'));
    await settled('t');
    const { messages, hasEarlier } = await service.open('t', taken);
    const [said, answered] = messages;
    assert.equal(messages.length, 2);
    assert.ok(hasEarlier && said?.role === 'user' && answered?.role === 'assistant');
    assert.equal(answered.blocks.length, 51);
  });

  it('goes on with "Go on." after a limit', async () => {
    const { service, model, settled, view } = createAgentHarness({
      tools: { read: {} },
      parts: { maxRounds: () => 1 },
    });
    model.add(reply([toolUse('1', 'read')]), reply([text('Done.')]));
    await service.send('t', draft('go'));
    await settled('t');
    await service.continueTurn('t');
    await settled('t');
    assert.deepEqual(
      model.requests[1]?.messages.map((message) => message.role),
      ['user', 'assistant', 'user', 'user'],
    );
    assert.equal((await view('t')).messages.length, 4);
  });
});

describe('deleting a thread', () => {
  it('stops the turn that runs in it, and takes it back whole', async () => {
    const { service, model, store, settled, events } = createAgentHarness();
    model.add(endless);
    await service.send('t', draft('go'));
    await settle();
    await service.remove('t');
    assert.ok(events.some((event) => event.type === 'turn/ended' && event.state === 'stopped'));
    assert.equal(await store.readThread('t'), undefined);
    assert.notEqual((await service.open('t', taken)).id, 't', 'it cannot be opened');
    await service.restore('t');
    const view = await service.open('t', taken);
    assert.equal(view.messages.length, 2);
    model.add(reply([text('Hi.')]));
    await service.send('t', draft('again'));
    await settled('t');
  });

  it('stops every turn', async () => {
    const { service, model, view } = createAgentHarness();
    model.add(endless, endless);
    await service.send('a', draft('go'));
    await service.send('b', draft('go'));
    await settle();
    await service.stopAll();
    assert.equal((await view('a')).status.phase, 'idle');
    assert.equal((await view('b')).status.phase, 'idle');
  });

  it('forgets threads at rest, and never one that runs', async () => {
    const { service, model, view } = createAgentHarness();
    model.add(endless);
    await service.send('running', draft('go'));
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await service.open(id, taken);
    }
    await service.stop('running');
    const answer = (await view('running')).messages.at(-1);
    assert.equal(answer?.role === 'assistant' && answer.state, 'stopped');
  });
});

describe('what is kept of a thread', () => {
  it('is what was in memory: the same bytes go to the model after a reload', async () => {
    const store = new MemoryThreadStore();
    const tools = {
      read: { run: async () => ({ text: 'contents' }) },
      fail: { run: async () => ({ text: 'no', isError: true }) },
    };
    const before = createAgentHarness({ store, tools });
    before.model.add(
      reply([thinking('A'), toolUse('1', 'read', { b: 1, a: 2 }), toolUse('2', 'fail')]),
      reply([{ type: 'opaque', value: { type: 'new', z: 1, a: null } }, text('So.')]),
      endless,
      reply([text('Yes.')]),
    );
    await before.service.send('t', draft('one'));
    await before.settled('t');
    await before.service.send('t', draft('two'));
    await settle();
    await before.service.stop('t');
    await before.service.send('t', draft('three'));
    await before.settled('t');
    const live = await before.view('t');

    const after = createAgentHarness({ store, tools });
    const restored = await after.view('t');
    assert.deepEqual(shape(restored), shape(live));
    assert.deepEqual(restored.meter, live.meter);
    after.model.add(reply([text('Still here.')]));
    await after.service.send('t', draft('four'));
    await after.settled('t');
    const last = before.model.requests.at(-1);
    const next = after.model.requests[0];
    assert.equal(next?.system, last?.system);
    const sent = JSON.stringify(last?.messages).slice(0, -1);
    assert.ok(JSON.stringify(next?.messages).startsWith(sent));
  });

  it('shows a turn that a crash cut off as interrupted, and goes on from it', async () => {
    const store = new MemoryThreadStore();
    const crashed = createAgentHarness({ store });
    crashed.model.add(endless);
    await crashed.service.send('t', draft('go'));
    await settle();

    const after = createAgentHarness({ store });
    const answer = (await after.view('t')).messages.at(-1);
    assert.equal(answer?.role === 'assistant' && answer.state, 'interrupted');
    after.model.add(reply([text('Here.')]));
    await after.service.send('t', draft('on'));
    await after.settled('t');
    assert.deepEqual(
      after.model.requests[0]?.messages.map((message) => message.content),
      [[text('go')], [text('It is ')], [text('on')]],
    );
    await crashed.service.stopAll();
  });

  it('tells the model once more that it may write, after the folder was trusted', async () => {
    const workspace = new DiskWorkspace();
    workspace.isTrustedNow = false;
    const model = new ScriptedModel(reply([text('No.')]), reply([text('Yes.')]));
    const { service, settled, store } = createAgentHarness({ workspace, model });
    await service.send('t', draft('edit it'));
    await settled('t');
    workspace.isTrustedNow = true;
    await service.send('t', draft('now'));
    await settled('t');
    assert.match(model.requests[0]?.system ?? '', /Restricted Mode/);
    assert.doesNotMatch(model.requests[1]?.system ?? '', /Restricted Mode/);
    assert.equal((await store.readThread('t'))?.systemPrompt, model.requests[1]?.system);
  });
});

describe('a store that fails', () => {
  const writes = [
    'createThread',
    'updateThread',
    'putMessage',
    'putToolResult',
    'appendDelta',
    'saveDraft',
    'saveCurrentThread',
  ] as const satisfies readonly (keyof ThreadStore)[];

  for (const write of writes) {
    it(`is told of, and the turn goes on: ${write}`, async () => {
      const store = new MemoryThreadStore();
      const tools = { read: {} };
      const { service, model, troubles, events, settled } = createAgentHarness({ store, tools });
      store[write] = () => Promise.reject(new UserError('The disk is full.'));
      model.add(reply([toolUse('1', 'read')]), reply([text('Done, at some length.')]));
      await service.send('t', draft('go'));
      await settled('t');
      const end = events.find((event) => event.type === 'turn/ended');
      assert.equal(end?.type === 'turn/ended' && end.state, 'done');
      assert.ok(troubles.some((trouble) => trouble.includes('The disk is full.')));
    });
  }

  it('is told of once per turn, not with each piece of text', async () => {
    const store = new MemoryThreadStore();
    const { service, model, troubles, settled } = createAgentHarness({ store });
    store.appendDelta = () => Promise.reject(new UserError('The disk is full.'));
    model.add(reply([text('one'), text('two'), text('three')]));
    await service.send('t', draft('go'));
    await settled('t');
    assert.equal(troubles.length, 1);
  });

  it('keeps a thread from being opened where it cannot be read, until it can', async () => {
    const store = new MemoryThreadStore();
    const { service, troubles } = createAgentHarness({ store });
    const { readThread } = store;
    store.readThread = () => Promise.reject(new UserError('Busy.'));
    await assert.rejects(service.open('t', taken), /Busy/);
    store.readThread = readThread;
    assert.equal((await service.open('t', taken)).id, 't');
    assert.deepEqual(troubles, []);
  });
});

import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import {
  aborted,
  blockEvents,
  createAgentHarness,
  done,
  draft,
  editAccess,
  gate,
  type ModelScript,
  reply,
  start,
  text,
  thinking,
  toolUse,
} from '../../../support/agentHarness.ts';
import { settle } from '../../../support/fakeClock.ts';
import { endless, lastAnswer, textsOf } from './threadKit.ts';

describe('stopping a thread', () => {
  it('keeps what was said, marks the turn stopped, and lets the next message through', async () => {
    const { service, model, view, settled } = createAgentHarness();
    model.add(endless, reply([text('Fine.')]));
    await service.send('t', draft('go'));
    await settle();
    await service.stop('t');
    const stopped = await view('t');
    assert.equal(lastAnswer(stopped).state, 'stopped');
    assert.equal(stopped.status.phase, 'idle');
    assert.deepEqual(textsOf(stopped), ['go', 'thinking|It is ']);
    await service.send('t', draft('and?'));
    await settled('t');
    assert.deepEqual(
      model.requests[1]?.messages.map((message) => message.content),
      [[text('go')], [thinking('Let me see.'), text('It is ')], [text('and?')]],
    );
  });

  it('stops while it waits for approval, and answers every call', async () => {
    const { service, model, view, settled } = createAgentHarness({
      tools: { edit: { kind: 'write', access: editAccess }, read: {} },
    });
    model.add(reply([toolUse('1', 'edit'), toolUse('2', 'read')]), reply([text('Well.')]));
    await service.send('t', draft('go'));
    await settle();
    assert.equal((await view('t')).status.phase, 'approval');
    await service.stop('t');
    const cards = lastAnswer(await view('t')).blocks;
    assert.deepEqual(
      cards.map((card) => card.type === 'tool' && [card.status, card.approval]),
      [
        ['cancelled', undefined],
        ['cancelled', undefined],
      ],
    );
    await service.send('t', draft('go on'));
    await settled('t');
    const results = model.requests[1]?.messages[2]?.content;
    assert.deepEqual(
      results?.map((block) => block.type === 'tool_result' && [block.tool_use_id, block.is_error]),
      [
        ['1', true],
        ['2', true],
      ],
    );
  });

  it('stops a turn that has not begun yet, before it asks the model', async () => {
    const chosen = gate();
    const profile = { id: 'model-1', name: 'Model One' };
    const { service, model, view, events } = createAgentHarness({
      parts: { model: () => chosen.opened.then(() => profile) },
    });
    const sent = service.send('t', draft('go'));
    await settle();
    const stopped = service.stop('t');
    chosen.open();
    await Promise.all([sent, stopped]);
    assert.equal(model.requests.length, 0, 'nothing reaches the wire');
    assert.equal(lastAnswer(await view('t')).state, 'stopped');
    assert.equal(events.filter((event) => event.type === 'turn/ended').length, 1);
  });

  it('resolves where the turn could not begin after all', async () => {
    const chosen = gate();
    const { service } = createAgentHarness({
      parts: { model: () => chosen.opened.then(() => Promise.reject(new UserError('No model.'))) },
    });
    const sent = service.send('t', draft('go'));
    await settle();
    const stopped = service.stop('t');
    chosen.open();
    await assert.rejects(sent, /No model/);
    await stopped;
  });

  it('answers a call that was whole when the answer was stopped, and keeps that', async () => {
    const { service, model, store, view } = createAgentHarness({ tools: { read: {} } });
    const script: ModelScript = async function* stopsAfterCall(request, signal) {
      yield* start(request);
      yield* blockEvents(0, toolUse('whole', 'read'));
      yield { type: 'blockStarted', index: 1, block: { type: 'tool_use', id: 'h', name: 'read' } };
      await aborted(signal);
      yield { type: 'ended', outcome: { kind: 'cancelled' } };
    };
    model.add(script);
    await service.send('t', draft('go'));
    await settle();
    await service.stop('t');
    const [, answer] = await store.readHistory('t');
    assert.ok(answer?.role === 'assistant');
    assert.deepEqual(
      answer.toolResults.map((result) => [result.toolUseId, result.status]),
      [['whole', 'cancelled']],
    );
    const [card] = lastAnswer(await view('t')).blocks;
    assert.equal(card?.type === 'tool' && card.status, 'cancelled');
  });

  it('keeps thinking that broke off, shows it, and never sends it', async () => {
    const { service, model, store, view, settled, events } = createAgentHarness();
    const script: ModelScript = async function* broken(request, signal) {
      yield* start(request);
      yield { type: 'blockStarted', index: 0, block: { type: 'thinking' } };
      yield { type: 'thinkingDelta', index: 0, text: 'First I ' };
      await aborted(signal);
      yield { type: 'ended', outcome: { kind: 'cancelled' } };
    };
    model.add(script, reply([text('Hi.')]));
    await service.send('t', draft('go'));
    await settle();
    await service.stop('t');
    const [, answer] = await store.readHistory('t');
    assert.ok(answer?.role === 'assistant');
    assert.equal(answer.unfinishedThinking, 'First I ');
    const [block] = lastAnswer(await view('t')).blocks;
    assert.ok(block?.type === 'thinking');
    assert.equal(block.text, 'First I ');
    const added = events.find((event) => event.type === 'block/added');
    assert.ok(added?.block.type === 'thinking');
    assert.equal(added.block.text, 'First I ');
    await service.send('t', draft('again'));
    await settled('t');
    assert.deepEqual(
      model.requests[1]?.messages.map((message) => message.role),
      ['user', 'user'],
    );
  });
});

describe('a view of a thread', () => {
  it('does not change once it was taken', async () => {
    const { service, model, view, settled } = createAgentHarness();
    const half = gate();
    model.add(async function* inTwoHalves(request) {
      const [, first, ...rest] = blockEvents(0, text('one, two'));
      yield* [...start(request), { type: 'blockStarted', index: 0, block: { type: 'text' } }];
      yield* first ? [first] : [];
      await half.opened;
      yield* rest;
      yield { type: 'ended', outcome: done('end_turn') };
    });
    await service.send('t', draft('go'));
    await settle();
    const taken = await view('t');
    assert.deepEqual(textsOf(taken), ['go', 'one,']);
    half.open();
    await settled('t');
    assert.deepEqual(textsOf(taken), ['go', 'one,']);
    assert.deepEqual(textsOf(await view('t')), ['go', 'one, two']);
  });

  it('does not mix what a tool says after its end with its result', async () => {
    let sayMore = (_text: string): void => undefined;
    const { service, model, settled, view, events } = createAgentHarness({
      tools: {
        shell: {
          run: async (_input, progress) => {
            sayMore = progress;
            progress('first');
            return { text: 'all of it' };
          },
        },
      },
    });
    const waiting = gate();
    model.add(reply([toolUse('1', 'shell')]), async function* slow(request, signal) {
      await waiting.opened;
      yield* reply([text('Done.')])(request, signal);
    });
    await service.send('t', draft('go'));
    await settle();
    const heard = events.length;
    sayMore(' and more');
    assert.equal(events.length, heard);
    const [card] = lastAnswer(await view('t')).blocks;
    assert.equal(card?.type === 'tool' && card.output, 'all of it');
    waiting.open();
    await settled('t');
  });
});

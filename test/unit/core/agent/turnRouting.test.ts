import assert from 'node:assert/strict';
import type { HostEvent } from '../../../../src/shared/protocol.ts';
import {
  createAgentHarness,
  draft,
  failed,
  type ModelScript,
  reply,
  start,
  text,
} from '../../../support/agentHarness.ts';
import { lastAnswer } from './threadKit.ts';

const automatic = { id: 'usual', name: 'Automatic', contextWindow: 1_000, isAutomatic: true };

/** An answer of a model that was chosen on the way. */
function routed(model: string, script: ModelScript = reply([text('Yes.')])): ModelScript {
  return async function* (request, signal) {
    yield { type: 'routed', model, reason: `${model}: it fits.` };
    yield* script({ ...request, model }, signal);
  };
}

function createHarness() {
  const outcomes: string[] = [];
  const harness = createAgentHarness({
    parts: {
      model: async () => automatic,
      recordOutcome: (_turnId, held, model) =>
        outcomes.push(`${model} ${held ? 'held' : 'did not hold'}`),
    },
  });
  return { ...harness, outcomes };
}

describe('A thread whose models are chosen', () => {
  it('tells the router what it knows, and the panel what was chosen and why', async () => {
    const { service, model, settled, view, events } = createHarness();
    model.add(routed('small'));
    assert.equal((await view('t')).meter.modelName, 'Automatic');
    const chips = [{ kind: 'file', label: 'a.ts', path: '/home/ada/a.ts' }] as const;
    const turnId = await service.send('t', { ...draft('Fix it'), chips });
    await settled('t');
    const [request] = model.requests;
    assert.equal(request?.turnId, turnId);
    assert.deepEqual(request?.routing, { userText: 'Fix it', filesInPlay: 1, corrections: 0 });
    const routedEvent = events.find(
      (event): event is Extract<HostEvent, { type: 'turn/routed' }> => event.type === 'turn/routed',
    );
    assert.equal(routedEvent?.model, 'Name of small');
    const meter = events.find(({ type }) => type === 'thread/meter');
    assert.ok(meter?.type === 'thread/meter');
    assert.deepEqual(
      [meter.meter.modelName, meter.meter.modelReason],
      ['Name of small', 'small: it fits.'],
    );
    const ended = events.find(({ type }) => type === 'turn/ended');
    assert.ok(ended?.type === 'turn/ended');
    assert.equal(ended.modelReason, 'small: it fits.');
    assert.equal((await view('t')).meter.modelName, 'Name of small');
    const { model: shown, modelReason } = lastAnswer(await view('t'));
    assert.deepEqual([shown, modelReason], ['Name of small', 'small: it fits.']);
  });

  it('says after the next message that an answer held, and after a retry that it did not', async () => {
    const { service, model, settled, outcomes, clock } = createHarness();
    model.add(routed('one'), routed('two'), routed('three'), routed('four'));
    await service.send('t', draft('First'));
    await settled('t');
    await clock.advance(5_000);
    const second = await service.send('t', draft('Second'));
    await settled('t');
    assert.deepEqual(outcomes, ['one held']);
    const third = await service.retry('t', second);
    await settled('t');
    await service.edit('t', third, draft('Second, but better'));
    await settled('t');
    assert.deepEqual(outcomes, ['one held', 'two did not hold', 'three did not hold']);
    const hints = model.requests.map(({ routing }) => routing);
    assert.deepEqual(
      hints.map((hint) => hint?.corrections),
      [0, 0, 1, 2],
    );
    assert.deepEqual([hints[1]?.threadModel, hints[1]?.threadIdleMs], ['one', 5_000]);
  });

  it('says nothing of an answer that failed for another reason', async () => {
    const { service, model, settled, outcomes } = createHarness();
    const broken: ModelScript = function* (request) {
      yield* start(request);
      yield { type: 'ended', outcome: failed() };
    };
    model.add(broken, routed('two'));
    const first = await service.send('t', draft('First'));
    await settled('t');
    await service.retry('t', first);
    await settled('t');
    assert.deepEqual(outcomes, []);
  });

  it('leaves a model alone that the user has chosen', async () => {
    const { service, model, settled } = createAgentHarness();
    model.add(reply([text('Yes.')]));
    await service.send('t', draft('Fix it'));
    await settled('t');
    assert.equal(model.requests[0]?.routing, undefined);
    assert.ok(model.requests[0]?.turnId);
  });
});

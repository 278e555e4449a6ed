import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import { fileEditOf } from '../../../../src/core/tools/fileEdit.ts';
import type { HostEvent } from '../../../../src/shared/protocol.ts';
import {
  createAgentHarness,
  draft,
  failed,
  type ModelScript,
  reply,
  start,
  text,
  toolUse,
} from '../../../support/agentHarness.ts';
import { DiskWorkspace } from '../../../support/diskWorkspace.ts';
import { settle } from '../../../support/fakeClock.ts';
import { lastAnswer } from './threadKit.ts';

const automatic = { id: 'usual', name: 'Automatic', contextWindow: 200_000, isAutomatic: true };

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

describe('A turn that edits', () => {
  const path = '/home/ada/a.ts';
  const edit = { path, before: 'before', after: 'after' };

  /** A thread in which `edit` edits the one file and `fumble` fails to. */
  function createEditing() {
    const file = { text: 'before', hasByteOrderMark: false, isDirty: false };
    const workspace = new DiskWorkspace();
    // From memory: what waits for a disk would not be settled when the test looks.
    workspace.readText = async () => ({ ...file });
    const outcomes: string[] = [];
    const harness = createAgentHarness({
      workspace,
      tools: {
        edit: {
          kind: 'write',
          run: async () => {
            file.text = 'after';
            return { changedPaths: [path], edits: [fileEditOf(edit)] };
          },
        },
        fumble: {
          kind: 'write',
          prepare: async () => {
            throw new UserError('There is no such text.');
          },
        },
      },
      parts: {
        model: async () => automatic,
        recordOutcome: (_turnId, held) => outcomes.push(held ? 'held' : 'did not hold'),
      },
    });
    const turn = async (message: string, ...uses: readonly string[]): Promise<void> => {
      const calls = uses.map((name, index) => toolUse(`${message} ${index}`, name));
      harness.model.add(...(calls.length > 0 ? [routed('one', reply(calls))] : []), routed('one'));
      await harness.service.send('t', draft(message));
      await harness.settled('t');
      await settle();
    };
    return { ...harness, outcomes, file, turn };
  }

  it('has held where the edits stay until the next message', async () => {
    const { turn, outcomes, service } = createEditing();
    await turn('Fix it', 'edit');
    assert.deepEqual(outcomes, []);
    await turn('Thanks');
    assert.deepEqual(outcomes, ['held']);
    await service.dispose();
  });

  it('has not held where they were undone before the next message', async () => {
    const { turn, outcomes, service, file } = createEditing();
    await turn('Fix it', 'edit');
    file.text = 'before';
    await turn('Try something else');
    assert.deepEqual(outcomes, ['did not hold']);
    await service.dispose();
  });

  it('has not held where they were undone and nothing more was said', async () => {
    const { turn, outcomes, service, file, clock } = createEditing();
    await turn('Fix it', 'edit');
    file.text = 'before';
    await clock.advance(9 * 60_000);
    assert.deepEqual(outcomes, ['did not hold']);
    await service.dispose();
  });

  it('has not held at once where the edits failed, and is not said to later', async () => {
    const { turn, outcomes, service, clock } = createEditing();
    await turn('Fix it', 'fumble', 'fumble', 'edit');
    assert.deepEqual(outcomes, ['did not hold']);
    await clock.advance(60 * 60_000);
    await turn('Go on');
    assert.deepEqual(new Set(outcomes), new Set(['did not hold']));
    await service.dispose();
  });
});

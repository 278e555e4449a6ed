import assert from 'node:assert/strict';
import { UserError } from '../../../../src/base/errors.ts';
import type { ThreadParts } from '../../../../src/core/agent/threadParts.ts';
import type { ThreadTeam } from '../../../../src/core/agent/threadTeam.ts';
import type { ThreadView } from '../../../../src/shared/views.ts';
import {
  aborted,
  createAgentHarness,
  draft,
  gate,
  reply,
  start,
  text,
} from '../../../support/agentHarness.ts';
import { threadRecord, userMessage } from '../store/records.ts';

const taken = (): void => undefined;

class ScriptedTeam implements ThreadTeam {
  readonly opened: string[] = [];
  readonly shared = new Map<string, boolean>();
  before: () => Promise<void> = async () => undefined;
  listThreads = async () => ({
    threads: [{ id: 'other', title: 'Of Ben', updatedAt: 1, messageCount: 2 }],
    hasMore: false,
  });

  async viewOf(threadId: string) {
    const isShared = this.shared.get(threadId);
    return isShared === undefined ? undefined : { isShared };
  }

  async opening(threadId: string) {
    this.opened.push(threadId);
    await this.before();
  }

  async share(threadId: string, isShared: boolean) {
    this.shared.set(threadId, isShared);
  }
}

describe('threads of a window with a team', () => {
  const team = new ScriptedTeam();

  async function said(parts: Pick<Partial<ThreadParts<unknown>>, 'resolveContext'> = {}) {
    const harness = createAgentHarness({ parts: { team: () => team, ...parts } });
    const { id } = await harness.service.create(taken);
    harness.model.add(reply([text('Hi.')]));
    await harness.service.send(id, draft('hello'));
    await harness.settled(id);
    return { ...harness, id };
  }

  it('lists what the team lists', async () => {
    const { service } = createAgentHarness({ parts: { team: () => team } });
    const { threads } = await service.list({ query: '', limit: 10 });
    assert.deepEqual(
      threads.map(({ id }) => id),
      ['other'],
    );
  });

  it('shares a thread with messages alone, and tells the panel', async () => {
    const { service, id, events } = await said();
    const empty = await service.create(taken);
    await assert.rejects(service.share(empty.id, true), UserError);
    await service.share(id, true);
    const told = events.filter((event) => event.type === 'thread/team');
    assert.deepEqual(told, [{ type: 'thread/team', threadId: id, team: { isShared: true } }]);
    let heard: ThreadView | undefined;
    const view = await service.open(id, (one) => {
      heard = one;
    });
    assert.deepEqual(view.team, { isShared: true });
    // Events wait until the very view has been posted that was heard of.
    assert.equal(view, heard);
  });

  it('has nothing to share without a team, and says how to get one', async () => {
    const { service } = createAgentHarness();
    await assert.rejects(service.share('x', true), /Connect to a team/);
  });

  it('shows what a thread has when it is opened, fetched just before', async () => {
    const { service, store } = createAgentHarness({ parts: { team: () => team } });
    await store.createThread(threadRecord('fetched'));
    team.before = async () => {
      await store.putMessage(userMessage('fetched', 0));
    };
    const view = await service.open('fetched', taken);
    team.before = async () => undefined;
    assert.equal(view.messages.length, 1);
  });

  it('reads a thread again that others went on with, but not while it is answered', async () => {
    const { service, store, id } = await said();
    await store.putMessage(userMessage(id, 2, { text: 'From Ben' }));
    let view: ThreadView | undefined;
    await service.refresh(id, (one) => {
      view = one;
    });
    const last = view?.messages.at(-1);
    assert.equal(last?.role === 'user' && last.text, 'From Ben');
  });

  it('does not make a thread that others went on with the one in view', async () => {
    const { service, store, id } = await said();
    await store.createThread(threadRecord('next'));
    await service.open('next', taken);
    await store.putMessage(userMessage(id, 2, { text: 'From Ben' }));
    await service.refresh(id, taken);
    assert.equal((await service.openCurrent(taken)).id, 'next');
    await store.deleteThread(id);
    await service.refresh(id, taken);
    assert.equal((await service.openCurrent(taken)).id, 'next');
    await service.open(id, taken);
    assert.notEqual((await service.openCurrent(taken)).id, 'next');
  });

  it('answers a message in the thread as it is, also where others go on while it is prepared', async () => {
    const attached = gate();
    let isHeld = false;
    const resolveContext = async () => {
      await (isHeld ? attached.opened : undefined);
      return [];
    };
    const { service, store, model, id, events } = await said({ resolveContext });
    isHeld = true;
    const sending = service.send(id, draft('And now?'));
    await store.putMessage(userMessage(id, 2, { text: 'From Ben' }));
    await service.refresh(id);
    isHeld = false;
    attached.open();
    model.add(async function* endless(request, signal) {
      yield* start(request);
      await aborted(signal);
      yield { type: 'ended', outcome: { kind: 'cancelled' } };
    });
    const turnId = await sending;
    const { status } = await service.open(id, taken);
    assert.notEqual(status.phase, 'idle', 'nobody could stop it');
    await service.stop(id);
    const texts = (await store.readHistory(id)).flatMap((one) =>
      one.role === 'user' ? [one.text] : [],
    );
    assert.deepEqual(texts, ['hello', 'From Ben', 'And now?']);
    const started = events.filter((event) => event.type === 'turn/started');
    assert.equal(started.at(-1)?.assistant.turnId, turnId);
    const told = events.findLast((event) => event.type === 'thread/refreshed');
    assert.equal(told?.thread.messages.length, 3, 'the panel knows nothing of what Ben said');
  });
});

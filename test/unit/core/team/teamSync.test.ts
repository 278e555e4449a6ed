import assert from 'node:assert/strict';
import { leaveTeam } from '../../../../src/core/store/teamSchema.ts';
import { TeamDatabase, type Weather } from '../../../support/team/teamDatabase.ts';
import { Machine } from './machine.ts';

/** Fair for so many requests, and then not any more. */
function afterwards(fair: number, then: Weather): () => Weather {
  let left = fair;
  return () => {
    left -= 1;
    return left < 0 ? then : 'fair';
  };
}

describe('keeping threads in step with the team', () => {
  let database: TeamDatabase;
  let anna: Machine;
  let ben: Machine;

  beforeEach(async () => {
    database = new TeamDatabase();
    anna = await Machine.create('anna', database);
    ben = await Machine.create('ben', database);
  });

  afterEach(() => {
    assert.deepEqual([...anna.problems, ...ben.problems], []);
    anna.dispose();
    ben.dispose();
  });

  async function shared(): Promise<void> {
    await anna.begin('t');
    await anna.say('t');
    await anna.log.wantShared('t', true);
    await anna.exchange();
    await ben.exchange();
    await ben.sync.open('t');
  }

  it('sends a thread as private: only its owner sees it', async () => {
    await anna.begin('t');
    await anna.say('t');
    await anna.exchange();
    await ben.exchange();
    assert.deepEqual(await ben.list(), []);
    assert.equal(database.visible('anna').length, 1);
    assert.equal(anna.sync.state.waiting, 0);
  });

  it('lists a thread that is shared with who began it, and fetches its messages when it is opened', async () => {
    await anna.begin('t');
    await anna.say('t');
    await anna.log.wantShared('t', true);
    await anna.exchange();
    await ben.exchange();
    const [row] = await ben.list();
    assert.equal(row?.id, 't');
    assert.deepEqual(row?.team, { owner: 'anna', isShared: true });
    assert.equal(row?.messageCount, 2);
    assert.deepEqual(await ben.texts('t'), []);
    await ben.sync.open('t');
    assert.deepEqual(await ben.texts('t'), ['anna 1']);
    assert.equal((await ben.list())[0]?.messageCount, 2);
  });

  it('lets others go on with a shared thread', async () => {
    await shared();
    await ben.say('t');
    await ben.exchange();
    anna.shown = 't';
    await anna.exchange();
    assert.deepEqual(await anna.texts('t'), ['anna 1', 'ben 1']);
    assert.deepEqual(anna.changes, [{ threadId: 't' }]);
  });

  it('does not tell a window of what it sent itself', async () => {
    await shared();
    anna.shown = 't';
    await anna.say('t');
    await anna.exchange();
    await anna.exchange();
    assert.deepEqual(anna.changes, []);
  });

  it('keeps both ways of going on where two went on apart', async () => {
    await shared();
    await anna.say('t');
    await ben.say('t');
    await anna.exchange();
    await ben.exchange();
    await anna.exchange();
    const forkId = ben.changes.find((change) => change.forkId)?.forkId ?? '';
    assert.deepEqual(await ben.texts('t'), ['anna 1', 'anna 2']);
    assert.deepEqual(await ben.texts(forkId), ['anna 1', 'ben 1']);
    const row = (await anna.list()).find(({ id }) => id === forkId);
    assert.equal(row?.title, 'Thread t (continued by ben)');
    assert.deepEqual(row?.team, { owner: 'ben', isShared: true });
    await anna.sync.open(forkId);
    assert.deepEqual(await anna.texts(forkId), ['anna 1', 'ben 1']);
    assert.equal(ben.sync.state.waiting, 0);
  });

  it('does not part a thread in the middle of a turn, nor put anything into its way', async () => {
    await shared();
    await anna.say('t');
    await anna.exchange();
    const { store, clock } = ben.test;
    const { assistantMessage, userMessage } = await import('../store/records.ts');
    const at = { turnId: 'turn', createdAt: clock.wallTime() + 120_000 };
    await ben.done(store.putMessage(userMessage('t', 2, { ...at, id: 'question', text: 'ben' })));
    await ben.exchange();
    assert.deepEqual(await ben.texts('t'), ['anna 1', 'ben']);
    await ben.done(store.putMessage(assistantMessage('t', 3, { ...at, id: 'answer' })));
    await ben.exchange();
    assert.deepEqual(await ben.texts('t'), ['anna 1', 'anna 2']);
    assert.equal((await ben.list()).length, 2);
  });

  it('takes back what was said where a thread is continued elsewhere after a retry', async () => {
    await shared();
    await ben.say('t');
    await ben.exchange();
    await anna.sync.open('t');
    await anna.exchange();
    anna.shown = 't';
    await anna.exchange();
    await anna.retry('t', 2);
    await anna.exchange();
    ben.shown = 't';
    await ben.exchange();
    assert.deepEqual(await ben.texts('t'), ['anna 1', 'anna 2']);
    assert.deepEqual(ben.changes.at(-1), { threadId: 't' });
  });

  it('parts a thread where a member would take out what another wrote', async () => {
    await shared();
    await ben.sync.open('t');
    await ben.retry('t', 0);
    await ben.exchange();
    await anna.exchange();
    const forkId = ben.changes.find((change) => change.forkId)?.forkId ?? '';
    assert.deepEqual(await anna.texts('t'), ['anna 1']);
    assert.deepEqual(await ben.texts('t'), ['anna 1']);
    assert.deepEqual(await ben.texts(forkId), ['ben 1']);
    await anna.sync.open(forkId);
    assert.deepEqual(await anna.texts(forkId), ['ben 1']);
    assert.equal(ben.sync.state.waiting, 0);
    assert.deepEqual(ben.problems, []);
  });

  it('keeps the title that reached the server last', async () => {
    await shared();
    await anna.done(anna.test.store.updateThread('t', { title: 'By Anna', isTitleByUser: true }));
    await ben.done(ben.test.store.updateThread('t', { title: 'By Ben', isTitleByUser: true }));
    await ben.exchange();
    await anna.exchange();
    await ben.exchange();
    assert.equal((await ben.list())[0]?.title, 'By Anna');
    assert.equal((await anna.list())[0]?.title, 'By Anna');
  });

  it('takes a thread from the list that is no longer shared', async () => {
    await shared();
    await anna.log.wantShared('t', false);
    await anna.exchange();
    await ben.restart();
    await ben.exchange();
    assert.deepEqual(await ben.list(), []);
    assert.deepEqual(await ben.texts('t'), []);
  });

  it('hides what was deleted elsewhere, and brings it back where somebody has gone on with it', async () => {
    await shared();
    await anna.done(anna.test.store.deleteThread('t'));
    await anna.exchange();
    await ben.exchange();
    assert.deepEqual(await ben.list(), []);
    await anna.done(anna.test.store.restoreThread('t'));
    await anna.exchange();
    await ben.exchange();
    assert.equal((await ben.list()).length, 1);
    // As from another machine of hers.
    await database.member('anna').threads.deleteThread('t');
    await anna.say('t');
    await anna.exchange();
    await ben.exchange();
    assert.equal((await anna.list()).length, 1);
    assert.equal((await ben.list()).length, 1);
  });

  for (const [what, takeAway] of [
    ['deleted', () => anna.done(anna.test.store.deleteThread('t'))],
    ['no longer shared', () => anna.log.wantShared('t', false)],
  ] as const) {
    it(`keeps what was said in a thread that is ${what} meanwhile, for whoever said it`, async () => {
      await shared();
      await ben.say('t');
      await takeAway();
      await anna.exchange();
      await ben.exchange();
      await ben.exchange();
      const [fork, ...others] = await ben.list();
      assert.deepEqual(others, []);
      assert.equal(fork?.title, 'Thread t (continued by ben)');
      assert.deepEqual(fork?.team, { isShared: false });
      assert.deepEqual(await ben.texts(fork?.id ?? ''), ['anna 1', 'ben 1']);
      assert.deepEqual(ben.changes.slice(1), [{ threadId: 't', forkId: fork?.id, lostTo: 'anna' }]);
      assert.equal(ben.sync.state.waiting, 0);
      await anna.exchange();
      assert.deepEqual(await anna.texts('t'), ['anna 1']);
    });

    it(`gives up a name for a thread that is ${what} meanwhile`, async () => {
      await shared();
      await ben.done(ben.test.store.updateThread('t', { title: 'By Ben', isTitleByUser: true }));
      await takeAway();
      await anna.exchange();
      await ben.exchange();
      await ben.exchange();
      assert.deepEqual(await ben.list(), []);
      assert.deepEqual(ben.changes.slice(1), []);
      assert.equal(ben.sync.state.waiting, 0);
    });
  }

  it('keeps what was said although this machine never heard that the thread was taken away', async () => {
    await shared();
    await ben.say('t');
    const heads = ben.server.changedThreads.bind(ben.server);
    ben.server.changedThreads = async (of, cursor, limit) => {
      const { items, ...page } = await heads(of, cursor, limit);
      return { ...page, items: items.filter(({ isWithdrawn }) => !isWithdrawn) };
    };
    await anna.log.wantShared('t', false);
    await anna.exchange();
    await ben.exchange();
    const [fork] = await ben.list();
    assert.deepEqual(await ben.texts(fork?.id ?? ''), ['anna 1', 'ben 1']);
    assert.deepEqual(fork?.team, { isShared: false });
  });

  it('leaves a turn alone that runs in a thread that was taken away, and parts it afterwards', async () => {
    await shared();
    const { store, clock } = ben.test;
    const { assistantMessage, userMessage } = await import('../store/records.ts');
    const at = { turnId: 'turn', createdAt: clock.wallTime() + 120_000 };
    await ben.done(store.putMessage(userMessage('t', 2, { ...at, id: 'question', text: 'ben' })));
    await anna.log.wantShared('t', false);
    await anna.exchange();
    await ben.exchange();
    assert.deepEqual(await ben.texts('t'), ['anna 1', 'ben']);
    assert.deepEqual(ben.changes.slice(1), []);
    await ben.done(store.putMessage(assistantMessage('t', 3, { ...at, id: 'answer' })));
    await ben.exchange();
    const [fork] = await ben.list();
    assert.equal((await store.readHistory(fork?.id ?? '')).length, 4);
  });

  it('waits while the server is away, tells how much waits, and sends it when it is back', async () => {
    anna.server.weather = () => 'away';
    await anna.begin('t');
    await anna.say('t');
    await anna.exchange();
    assert.equal(anna.sync.state.waiting, 3);
    const { requests } = anna.server;
    await anna.sync.now();
    assert.equal(anna.server.requests, requests, 'asked within the pause');
    anna.server.weather = () => 'fair';
    anna.server.become({ kind: 'connected', reason: '' });
    await anna.test.clock.advance(300);
    await anna.sync.now();
    assert.equal(anna.sync.state.waiting, 0);
    assert.equal(database.visible('anna').length, 1);
  });

  it('imports a thread from before there was a team, with all its messages', async () => {
    const { connection } = anna.test;
    connection.transaction(() => connection.database.run('DELETE FROM team_workspaces'));
    await anna.begin('old');
    await anna.say('old');
    await anna.exchange();
    assert.equal(database.visible('anna').length, 0);
    assert.deepEqual(await anna.log.unsent('w'), ['old']);
    await anna.log.adoptWhole('old', 'project');
    await anna.sync.push('old');
    assert.deepEqual(await anna.log.unsent('w'), []);
    assert.equal(database.visible('anna')[0]?.messages.size, 2);
  });

  it('sends nothing twice where two windows of a machine are open', async () => {
    const second = await anna.secondWindow();
    await anna.begin('t');
    await anna.say('t');
    const pushed: number[] = [];
    const push = anna.server.pushMessages.bind(anna.server);
    anna.server.pushMessages = (threadId, messages) => {
      pushed.push(messages.length);
      return push(threadId, messages);
    };
    await Promise.all([anna.sync.now(), second.now()]);
    await second.now();
    assert.deepEqual(pushed, [2]);
    assert.equal(second.state.waiting, 0);
    second.dispose();
  });

  it('knows what the server has although no answer ever came, and keeps it where others go on', async () => {
    await shared();
    await anna.say('t');
    // What was sent arrives, its answer does not; then it is told of, but can't be sent again.
    anna.server.weather = afterwards(2, 'answerLost');
    await anna.exchange();
    assert.equal(anna.sync.state.waiting > 0, true);
    anna.shown = 't';
    anna.server.weather = afterwards(2, 'away');
    await anna.exchange();
    ben.shown = 't';
    await ben.exchange();
    assert.deepEqual(await ben.texts('t'), ['anna 1', 'anna 2']);
    await ben.say('t');
    await ben.exchange();
    anna.server.weather = () => 'fair';
    await anna.exchange();
    assert.deepEqual(await anna.texts('t'), ['anna 1', 'anna 2', 'ben 1']);
    assert.equal((await anna.list()).length, 1);
  });

  it('goes on with what a window was sending when it was killed', async () => {
    await anna.begin('t');
    await anna.say('t');
    anna.server.weather = () => 'answerLost';
    await anna.exchange();
    anna.server.weather = () => 'fair';
    await anna.restart();
    await anna.exchange();
    await anna.exchange();
    assert.equal(anna.sync.state.waiting, 0);
    assert.equal(database.visible('anna')[0]?.messages.size, 2);
    assert.deepEqual(await anna.texts('t'), ['anna 1']);
  });

  it('leaves threads on this machine that are begun while no team is set', async () => {
    await anna.begin('before');
    leaveTeam(anna.test.connection);
    await anna.begin('without');
    await anna.say('without');
    await anna.exchange();
    assert.deepEqual(
      database.visible('anna').map(({ thread }) => thread.id),
      ['before'],
    );
  });

  it('copies calls once they have ended, without the folder', async () => {
    const { connection } = anna.test;
    const insert = (id: string, outcome: string): void => {
      connection.database.run(
        `INSERT INTO usage_calls (id, request_id, session_id, surface, priority, model, workspace, day,
           started_at, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
           thinking_tokens, cost_usd, duration_ms, outcome)
         VALUES (?, 'r', 's', 'chat', 'interactive', 'm', '/home/anna/secret', '2030-01-01', 5, 1, 2, 3,
           4, 0, 0.5, 7, ?)`,
        [id, outcome],
      );
    };
    insert('one', 'done');
    insert('two', 'running');
    await anna.exchange();
    assert.deepEqual([...database.calls.keys()], ['one']);
    assert.equal(database.calls.get('one')?.workspace, '');
    assert.equal(database.calls.get('one')?.end?.costUsd, 0.5);
    connection.database.run("UPDATE usage_calls SET outcome = 'failed' WHERE id = 'two'");
    await anna.exchange();
    assert.deepEqual([...database.calls.keys()], ['one', 'two']);
  });
});

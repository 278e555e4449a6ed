import assert from 'node:assert/strict';
import type { DatabasePools } from '../../../../../src/core/store/postgres/databasePools.ts';
import { teamSearchPath } from '../../../../../src/core/store/postgres/postgresSchema.ts';
import type { PostgresTeamServer } from '../../../../../src/core/store/postgres/postgresTeamServer.ts';
import { setUpTeamDatabase } from '../../../../../src/core/store/postgres/setUpTeamDatabase.ts';
import type { TeamMessage } from '../../../../../src/core/team/teamServer.ts';
import { postgresProgram, postgresUser } from '../../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../../support/servers/serverProgram.ts';
import {
  assistantMessage,
  threadRecord,
  toolResult,
  userMessage,
} from '../../../../unit/core/store/records.ts';
import { poolsTo } from './pools.ts';
import { startTeam, type TestTeam } from './teamKit.ts';

describeWith([postgresProgram], 'what changed in a team’s database', () => {
  let team: TestTeam;
  let alice: PostgresTeamServer;
  let bob: PostgresTeamServer;
  let slow: DatabasePools;

  before(async () => {
    team = await startTeam();
    alice = team.member('alice');
    bob = team.member('bob');
    slow = poolsTo(`${team.postgres.url.replace(postgresUser, 'alice')}?sslmode=disable`, {
      searchPath: teamSearchPath,
    });
  });

  beforeEach(() => team.clear());

  after(async () => {
    await slow?.close();
    await team?.dispose();
  });

  const idsOf = async (
    server: PostgresTeamServer,
    cursor?: string,
    limit = 100,
  ): Promise<{ ids: string[]; cursor: string }> => {
    const ids: string[] = [];
    let from = cursor;
    while (true) {
      const page = await server.changedThreads('w', from, limit);
      assert.ok(page.items.length <= limit);
      ids.push(...page.items.map(({ thread }) => thread.id));
      from = page.cursor;
      if (!page.hasMore) {
        return { ids, cursor: from };
      }
    }
  };

  it('comes once, in pages, and then only what is new', async () => {
    const ids = Array.from({ length: 7 }, (_, n) => `t${n}`);
    await Promise.all(ids.map((id) => alice.threads.createThread(threadRecord(id))));
    const first = await idsOf(alice, undefined, 3);
    assert.deepEqual(first.ids.toSorted(), ids);
    assert.deepEqual((await idsOf(alice, first.cursor)).ids, []);
    await alice.threads.putMessage(userMessage('t4', 0));
    assert.deepEqual((await idsOf(alice, first.cursor)).ids, ['t4']);
  });

  it('is not missed where a transaction that began earlier commits later', async () => {
    const begun = deferred();
    const mayEnd = deferred();
    const late = slow.transaction({ operation: 'test', pool: 'write' }, async (transaction) => {
      await transaction.query(
        `INSERT INTO threads (id, workspace, title, is_title_by_user, created_at, updated_at, usage, system_prompt)
         VALUES ('late', 'w', 't', 0, 0, 0, '{}', '""')`,
      );
      begun.resolve();
      await mayEnd.promise;
    });
    await begun.promise;
    await alice.threads.createThread(threadRecord('early'));
    const before = await idsOf(alice);
    mayEnd.resolve();
    await late;
    const after = await idsOf(alice, before.cursor);
    assert.deepEqual([...before.ids, ...after.ids].toSorted(), ['early', 'late']);
    assert.deepEqual((await idsOf(alice, after.cursor)).ids, []);
  });

  it('is never missed and at last as it is while many write at once', async () => {
    const writers = [0, 1, 2].map(async (writer) => {
      const server = team.member('alice');
      for (let n = 0; n < 15; n += 1) {
        await server.threads.createThread(threadRecord(`${writer}-${n}`));
      }
    });
    let isDone = false;
    const done = Promise.all(writers).then(() => {
      isDone = true;
    });
    const seen = new Set<string>();
    let cursor: string | undefined;
    while (true) {
      const wasDone: boolean = isDone;
      const page = await idsOf(alice, cursor, 4);
      cursor = page.cursor;
      for (const id of page.ids) {
        assert.ok(!seen.has(id), `${id} comes once`);
        seen.add(id);
      }
      if (wasDone) {
        break;
      }
    }
    await done;
    assert.equal(seen.size, 45);
  });

  it('tells messages that came, changed, got a result, went and came back', async () => {
    await alice.threads.createThread(threadRecord('a'));
    const question = userMessage('a', 0);
    const answer = assistantMessage('a', 1, {
      content: [{ type: 'tool_use', id: 'u', name: 'n', input: { z: 1, a: '\u0000' } }],
    });
    await Promise.all([alice.threads.putMessage(question), alice.threads.putMessage(answer)]);
    let { items, cursor } = await alice.changedMessages('a', undefined, 9);
    const next = async (): Promise<readonly TeamMessage[]> => {
      ({ items, cursor } = await alice.changedMessages('a', cursor, 9));
      return items;
    };
    assert.deepEqual(
      items.map(({ message }) => message),
      [question, answer],
    );
    assert.deepEqual(await next(), []);
    const result = toolResult('u', { content: 'x\n'.repeat(5_000) });
    await alice.threads.putToolResult(answer.id, result);
    const whole = { ...answer, toolResults: [result] };
    assert.deepEqual(await next(), [{ message: whole, isSetAside: false }]);
    await alice.threads.setAsideFrom('a', 1);
    assert.deepEqual(await next(), [{ message: whole, isSetAside: true }]);
    await alice.threads.bringBack('a', [answer.id]);
    assert.deepEqual(await next(), [{ message: whole, isSetAside: false }]);
  });

  it('begins anew for who joins a team, whose older threads they may see now', async () => {
    await alice.threads.createThread(threadRecord('old'));
    await alice.share('old', true);
    await setUpTeamDatabase(team.optionsOf(postgresUser), { team: 'green', members: ['dora'] });
    const dora = team.member('dora');
    const before = await idsOf(dora);
    assert.deepEqual(before.ids, []);
    await setUpTeamDatabase(team.optionsOf(postgresUser), { team: 'blue', members: ['dora'] });
    assert.deepEqual((await idsOf(dora, before.cursor)).ids, ['old']);
  });

  it('tells what is shared no longer also where more changed since than a page holds', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids) {
      await alice.threads.createThread(threadRecord(id));
      await alice.share(id, true);
    }
    let { cursor } = await idsOf(bob);
    await alice.share('a', false);
    for (const id of ids.slice(1)) {
      await alice.threads.updateThread(id, { title: 'Renamed' });
    }
    const withdrawn: string[] = [];
    let hasMore = true;
    while (hasMore) {
      const page = await bob.changedThreads('w', cursor, 2);
      withdrawn.push(
        ...page.items.flatMap(({ thread, isWithdrawn }) => (isWithdrawn ? thread.id : [])),
      );
      ({ cursor, hasMore } = page);
    }
    assert.deepEqual(withdrawn, ['a']);
  });

  it('comes without what nobody can read, which keeps nothing else back', async () => {
    for (const id of ['a', 'b', 'c']) {
      await alice.threads.createThread(threadRecord(id));
      await alice.share(id, true);
    }
    await alice.threads.putMessage(userMessage('a', 0));
    await alice.threads.putMessage(userMessage('a', 1, { id: 'readable' }));
    // As a member may, without our client.
    await team.query('alice', "UPDATE threads SET usage = 'no JSON' WHERE id = 'b'");
    await team.query('alice', "UPDATE messages SET details = 'no JSON' WHERE id = 'a-0'");
    const { ids, cursor } = await idsOf(bob, undefined, 1);
    assert.deepEqual(ids.toSorted(), ['a', 'c']);
    assert.deepEqual((await idsOf(bob, cursor)).ids, []);
    const { items } = await bob.changedMessages('a', undefined, 9);
    assert.deepEqual(
      items.map(({ message }) => message.id),
      ['readable'],
    );
  });

  it('is told in a database that was copied to a younger server, once it was set up again', async () => {
    await alice.threads.createThread(threadRecord('copied'));
    // What the transactions of an older server left behind.
    await team.administrator(
      `BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE slipstream.threads SET change = '9000000000'; COMMIT`,
    );
    const before = await idsOf(alice);
    assert.deepEqual(before.ids, []);
    await setUpTeamDatabase(team.optionsOf(postgresUser), { team: 'blue', members: [] });
    assert.deepEqual((await idsOf(alice, before.cursor)).ids, ['copied']);
    const ofOldServer = before.cursor.replace(/^\d+/, '9000000000');
    assert.deepEqual((await idsOf(alice, ofOldServer)).ids, ['copied']);
  });

  describe('pushed messages', () => {
    beforeEach(async () => {
      await alice.threads.createThread(threadRecord('a'));
      await alice.share('a', true);
    });

    const put = (...messages: TeamMessage['message'][]): readonly TeamMessage[] =>
      messages.map((message) => ({ message, isSetAside: false }));

    it('are there all or none, and twice the same as once', async () => {
      const messages = put(userMessage('a', 0), assistantMessage('a', 1, { turnId: 't0' }));
      assert.equal(await alice.pushMessages('a', messages), 'done');
      assert.equal(await alice.pushMessages('a', messages), 'done');
      assert.equal((await bob.threads.readHistory('a')).length, 2);
      const [row] = (await bob.threads.listThreads({ workspace: 'w', text: '', limit: 1 })).threads;
      assert.equal(row?.messageCount, 2);
      const taken = put(userMessage('a', 2), userMessage('a', 0, { id: 'rival' }));
      assert.equal(await bob.pushMessages('a', taken), 'refused');
      assert.equal((await bob.threads.readHistory('a')).length, 2);
      assert.equal(await bob.pushMessages('a', taken.slice(0, 1)), 'done');
    });

    it('leave their places before others take them', async () => {
      const old = userMessage('a', 0);
      await alice.pushMessages('a', put(old));
      const fresh = userMessage('a', 0, { id: 'fresh', text: 'Rather this' });
      const both = [...put(fresh), { message: old, isSetAside: true }];
      assert.equal(await alice.pushMessages('a', both), 'done');
      assert.deepEqual(await bob.threads.readHistory('a'), [fresh]);
      const changes = (await bob.changedMessages('a', undefined, 9)).items;
      assert.deepEqual(
        changes.map(({ message, isSetAside }) => [message.id, isSetAside]).toSorted(),
        [
          ['a-0', true],
          ['fresh', false],
        ],
      );
    });

    it('of two members at the same place are one’s, and the other is told', async () => {
      const pushed = await Promise.all([
        alice.pushMessages('a', put(userMessage('a', 0, { id: 'of alice' }))),
        bob.pushMessages('a', put(userMessage('a', 0, { id: 'of bob' }))),
      ]);
      assert.deepEqual(pushed.toSorted(), ['done', 'refused']);
      assert.equal((await alice.threads.readHistory('a')).length, 1);
    });

    it('have nowhere to go in a thread that its owner deleted or shares no longer', async () => {
      const messages = put(userMessage('a', 0));
      await alice.threads.deleteThread('a');
      assert.equal(await bob.pushMessages('a', messages), 'gone');
      assert.equal(await bob.pushMessages('a', []), 'gone');
      assert.equal(await alice.pushMessages('a', messages), 'done');
      await alice.threads.restoreThread('a');
      assert.equal(await bob.pushMessages('a', []), 'done');
      await alice.share('a', false);
      assert.equal(await bob.pushMessages('a', put(userMessage('a', 1))), 'gone');
      assert.equal(await bob.pushMessages('never', messages), 'gone');
      assert.equal((await alice.threads.readHistory('a')).length, 1);
    });
  });

  it('waits with growing pauses while the server is away, and goes on when it is back', async () => {
    await alice.threads.createThread(threadRecord('kept'));
    const states: string[] = [];
    const listening = alice.onDidChangeState(({ kind }) => states.push(kind));
    await team.postgres.process.kill();
    await assert.rejects(alice.threads.readThread('kept'), { name: 'ServerAwayError' });
    assert.equal(alice.state.kind, 'away');
    assert.notEqual(alice.state.reason, '');
    await team.postgres.restart();
    await alice.check();
    assert.equal((await alice.threads.readThread('kept'))?.id, 'kept');
    listening.dispose();
    assert.deepEqual(states, ['away', 'connected']);
  });
});

function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

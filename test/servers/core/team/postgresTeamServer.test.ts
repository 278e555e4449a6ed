import assert from 'node:assert/strict';
import { BugError } from '../../../../src/base/errors.ts';
import type { PostgresTeamServer } from '../../../../src/core/team/postgres/postgresTeamServer.ts';
import { ServerRefusedError } from '../../../../src/core/team/serverErrors.ts';
import type { TeamMessage } from '../../../../src/core/team/teamServer.ts';
import { postgresProgram } from '../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../support/servers/serverProgram.ts';
import { assistantMessage, threadRecord, userMessage } from '../../../unit/core/store/records.ts';
import { TeamPostgres } from './teamPostgres.ts';

describeWith([postgresProgram], 'A team’s database on PostgreSQL', () => {
  let team: TeamPostgres;
  let anna: PostgresTeamServer;
  let ben: PostgresTeamServer;
  let counter = 0;

  before(async () => {
    team = await TeamPostgres.start(['anna', 'ben']);
    anna = team.connect('anna');
    ben = team.connect('ben');
  });

  after(() => team?.dispose());

  async function begun(): Promise<string> {
    counter += 1;
    const id = `thread-${counter}`;
    await anna.threads.createThread(threadRecord(id, { workspace: 'shop' }));
    return id;
  }

  const at = (id: string, ordinal: number, name = `${ordinal}`): TeamMessage => ({
    message: userMessage(id, ordinal, { id: `${id}-${name}` }),
    isSetAside: false,
  });

  it('gives back what was put, whatever is in it', async () => {
    const id = await begun();
    const odd = 'NUL \0, half \ud83d, “quotes”, \\ and {json}';
    const message = assistantMessage(id, 1, {
      content: [
        { type: 'text', text: odd },
        { type: 'tool_use', id: 'u', name: 'run', input: { odd } },
      ],
      costUsd: undefined,
    });
    assert.equal(await anna.pushMessages(id, [at(id, 0), { message, isSetAside: false }]), true);
    const { items, hasMore } = await anna.changedMessages(id, undefined, 10);
    assert.equal(hasMore, false);
    assert.deepEqual(items[1]?.message, JSON.parse(JSON.stringify(message)));
    await anna.threads.updateThread(id, { title: odd, isTitleByUser: true, updatedAt: 5_000 });
    const thread = await anna.threads.readThread(id);
    assert.match(thread?.title ?? '', /^NUL , half .*json}$/);
    assert.equal(thread?.updatedAt, 5_000);
  });

  it('refuses a thread that is there already', async () => {
    const id = await begun();
    await assert.rejects(anna.threads.createThread(threadRecord(id)), BugError);
    assert.equal(anna.state.kind, 'connected');
  });

  it('shows a thread to its owner alone until it is shared, and again after that', async () => {
    const id = await begun();
    await anna.pushMessages(id, [at(id, 0)]);
    assert.equal(await ben.threads.readThread(id), undefined);
    assert.deepEqual((await ben.changedMessages(id, undefined, 10)).items, []);
    await assert.rejects(ben.pushMessages(id, [at(id, 1)]));
    await anna.share(id, true);
    assert.equal((await ben.threads.readThread(id))?.id, id);
    assert.equal((await ben.changedMessages(id, undefined, 10)).items.length, 1);
    const heads = (await ben.changedThreads('shop', undefined, 100)).items;
    const head = heads.find(({ thread }) => thread.id === id);
    assert.equal(head?.owner, 'anna');
    assert.equal(typeof head?.sharedAt, 'number');
    assert.equal(head?.messageCount, 1);
    await anna.share(id, false);
    assert.equal(await ben.threads.readThread(id), undefined);
  });

  it('leaves it to its owner who sees a thread and whether it is deleted', async () => {
    const id = await begun();
    await anna.share(id, true);
    await assert.rejects(ben.share(id, false));
    await assert.rejects(ben.threads.deleteThread(id));
    await assert.rejects(team.connect('ben').share('nothing', true), BugError);
    assert.equal((await ben.threads.readThread(id))?.id, id);
    assert.equal(ben.state.kind, 'connected');
  });

  it('puts all messages or none where a place is taken', async () => {
    const id = await begun();
    await anna.share(id, true);
    await anna.pushMessages(id, [at(id, 0), at(id, 1)]);
    assert.equal(await ben.pushMessages(id, [at(id, 2), at(id, 1, 'rival')]), false);
    assert.equal((await anna.changedMessages(id, undefined, 10)).items.length, 2);
    const left = { ...at(id, 1), isSetAside: true };
    assert.equal(await ben.pushMessages(id, [at(id, 1, 'rival'), left]), true);
    assert.equal(await ben.pushMessages(id, [at(id, 1, 'rival'), left]), true);
    const { items } = await anna.changedMessages(id, undefined, 10);
    assert.deepEqual(
      items.map(({ message, isSetAside }) => [message.id, isSetAside]),
      [
        [`${id}-0`, false],
        [`${id}-1`, true],
        [`${id}-rival`, false],
      ],
    );
  });

  it('tells changes in pieces, each once, and nothing where nothing has changed', async () => {
    const id = await begun();
    await anna.pushMessages(id, [at(id, 0), at(id, 1), at(id, 2)]);
    await anna.pushMessages(id, [at(id, 3)]);
    const seen: string[] = [];
    let cursor: string | undefined;
    let hasMore = true;
    while (hasMore) {
      const page = await anna.changedMessages(id, cursor, 2);
      seen.push(...page.items.map(({ message }) => message.id));
      ({ cursor, hasMore } = page);
    }
    assert.deepEqual(
      seen,
      [0, 1, 2, 3].map((ordinal) => `${id}-${ordinal}`),
    );
    await anna.pushMessages(id, [at(id, 3)]);
    assert.deepEqual((await anna.changedMessages(id, cursor, 2)).items, []);
  });

  it('passes no thread by that commits late', async () => {
    const early = await begun();
    const late = await begun();
    const { cursor } = await anna.changedThreads('shop', undefined, 100);
    // A transaction that began earlier than the next change and ends later.
    const pools = team.holding(`UPDATE slipstream.threads SET title = 'late' WHERE id = '${late}'`);
    await pools.begun;
    await anna.threads.updateThread(early, { title: 'early' });
    const during = await anna.changedThreads('shop', cursor, 100);
    await pools.commit();
    const after = await anna.changedThreads('shop', during.cursor, 100);
    const titles = [...during.items, ...after.items].map(({ thread }) => thread.title);
    assert.deepEqual(titles.toSorted(), ['early', 'late']);
  });

  it('adds up what each member spent, for all of the team and nobody else', async () => {
    const call = (id: string, costUsd: number) => ({
      id,
      requestId: 'r',
      sessionId: 's',
      surface: 'chat' as const,
      priority: 'interactive' as const,
      model: 'm',
      endpoint: 'e',
      workspace: '',
      day: '2030-02-28',
      startedAt: 1,
      estimateUsd: undefined,
      end: {
        outcome: 'done' as const,
        usage: {
          inputTokens: 1,
          outputTokens: 2,
          cacheReadTokens: 0,
          cacheWriteTokens: 0,
          thinkingTokens: 0,
        },
        costUsd,
        durationMs: 5,
      },
    });
    await anna.putCalls([call('a1', 1), call('a2', 2)]);
    await anna.putCalls([call('a2', 2)]);
    await ben.putCalls([call('b1', 0.5)]);
    assert.deepEqual(await ben.spending('2030-02'), [
      { member: 'anna', calls: 2, usd: 3 },
      { member: 'ben', calls: 1, usd: 0.5 },
    ]);
    assert.deepEqual(await ben.spending('2030-03'), []);
  });

  it('shows nothing to whoever is not let in, says how to be, and asks no more', async () => {
    const id = await begun();
    await anna.share(id, true);
    await team.addUser('carl');
    const carl = team.connect('carl');
    await assert.rejects(carl.check(), ServerRefusedError);
    assert.equal(carl.state.kind, 'refused');
    assert.match(carl.state.reason, /add_member\('carl'\)/);
    await assert.rejects(carl.changedThreads('shop', undefined, 10), ServerRefusedError);
    // Past the client: PostgreSQL itself lets nobody see what is not theirs.
    const seen = await team.as('carl', 'SELECT count(*) AS n FROM slipstream.threads');
    assert.equal(Number(seen[0]?.['n']), 0);
    await assert.rejects(team.as('carl', 'SELECT * FROM slipstream.members'), /permission denied/);
    await assert.rejects(
      team.as('carl', "SELECT slipstream.add_member('carl')"),
      /permission denied/,
    );
  });

  it('keeps teams of one database apart', async () => {
    const id = await begun();
    await anna.share(id, true);
    await team.addUser('dora');
    await team.run("SELECT slipstream.add_member('dora', 'others')");
    const dora = team.connect('dora');
    assert.equal(await dora.threads.readThread(id), undefined);
    assert.deepEqual(await dora.spending('2030-02'), []);
  });

  it('is set up once where several come at the same time', async () => {
    const fresh = await TeamPostgres.start([]);
    await fresh.run('DROP SCHEMA slipstream CASCADE');
    try {
      const servers = Array.from({ length: 4 }, () => fresh.connect('tester'));
      await Promise.all(servers.map((server) => server.check()));
      const [row] = await fresh.run('SELECT number FROM slipstream.version');
      assert.equal(row?.['number'], 1);
      await fresh.run('UPDATE slipstream.version SET number = 99');
      const old = fresh.connect('tester');
      await assert.rejects(old.check(), /newer Slipstream/);
      await fresh.run('DROP SCHEMA slipstream CASCADE');
      await fresh.addUser('eve');
      await assert.rejects(fresh.connect('eve').check(), /eve may not do that/);
    } finally {
      await fresh.dispose();
    }
  });

  it('finds what it looks for by an index', async () => {
    const plan = await team.as(
      'anna',
      `SET enable_seqscan = off; EXPLAIN SELECT body FROM slipstream.messages
       WHERE thread_id = 'x' AND (change, id) > (1, '') ORDER BY change, id LIMIT 10`,
    );
    assert.match(JSON.stringify(plan), /message_changes/);
  });
});

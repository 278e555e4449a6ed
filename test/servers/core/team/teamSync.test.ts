import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresTeamServer } from '../../../../src/core/store/postgres/postgresTeamServer.ts';
import { postgresProgram } from '../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../support/servers/serverProgram.ts';
import { TeamPostgres } from '../../../support/servers/teamPostgres.ts';
import { Machine } from '../../../unit/core/team/machine.ts';

type TeamMachine = Machine<PostgresTeamServer>;

const dayMs = 24 * 3_600_000;

describeWith([postgresProgram], 'Two machines and a real PostgreSQL', () => {
  let team: TeamPostgres;
  let anna: TeamMachine;
  let ben: TeamMachine;

  beforeEach(async () => {
    team = await TeamPostgres.start(['anna', 'ben']);
    // Nobody's clock is right, and Ben's is a day ahead of Anna's.
    anna = await Machine.with('anna', team.connect('anna'), Date.UTC(2030, 0, 1));
    ben = await Machine.with('ben', team.connect('ben'), Date.UTC(2030, 0, 1) + dayMs);
  });

  afterEach(async () => {
    anna?.dispose();
    ben?.dispose();
    await team?.dispose();
  });

  async function shared(): Promise<void> {
    await anna.begin('t');
    await anna.say('t');
    await anna.log.wantShared('t', true);
    await anna.exchange();
    await ben.exchange();
    await ben.sync.open('t');
    anna.shown = 't';
    ben.shown = 't';
  }

  async function settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      await anna.exchange();
      await ben.exchange();
      for (const machine of [anna, ben]) {
        for (const { id } of await machine.list()) {
          await machine.sync.open(id);
        }
      }
    }
  }

  async function assertSame(): Promise<readonly (readonly string[])[]> {
    const seen = await Promise.all(
      [anna, ben].map(async (machine) => {
        const ids = (await machine.list()).map(({ id }) => id).toSorted();
        return Promise.all(ids.map((id) => machine.texts(id)));
      }),
    );
    assert.deepEqual(seen[1], seen[0]);
    assert.equal(anna.sync.state.waiting + ben.sync.state.waiting, 0);
    return seen[0] ?? [];
  }

  it('go on with one thread by turns, whatever their clocks say', async () => {
    await shared();
    await ben.say('t');
    await ben.exchange();
    await anna.exchange();
    await anna.say('t');
    await anna.exchange();
    await ben.exchange();
    assert.deepEqual(await ben.texts('t'), ['anna 1', 'ben 1', 'anna 2']);
    assert.deepEqual(await anna.texts('t'), ['anna 1', 'ben 1', 'anna 2']);
  });

  for (const [first, second] of [
    ['anna', 'ben'],
    ['ben', 'anna'],
  ] as const) {
    it(`keep both ways of going on apart, where ${first} is back before ${second}`, async () => {
      await shared();
      await anna.say('t');
      await ben.say('t');
      const machines = { anna, ben };
      await machines[first].exchange();
      await machines[second].exchange();
      await settle();
      const conversations = await assertSame();
      assert.deepEqual(conversations.map((texts) => texts.join()).toSorted(), [
        'anna 1,anna 2',
        'anna 1,ben 1',
      ]);
    });
  }

  for (const [what, takeAway] of [
    ['no longer shared', () => anna.log.wantShared('t', false)],
    ['deleted', () => anna.done(anna.test.store.deleteThread('t'))],
  ] as const) {
    it(`keep what was said in a thread that is ${what} meanwhile, for whoever said it`, async () => {
      await shared();
      await ben.say('t');
      await takeAway();
      await anna.exchange();
      await ben.exchange();
      const [fork, ...others] = await ben.list();
      assert.deepEqual(others, []);
      assert.equal(fork?.title, 'Thread t (continued by ben)');
      assert.deepEqual(fork?.team, { isShared: false });
      assert.deepEqual(await ben.texts(fork?.id ?? ''), ['anna 1', 'ben 1']);
      assert.deepEqual(ben.changes.slice(1), [{ threadId: 't', forkId: fork?.id, lostTo: 'anna' }]);
      assert.deepEqual(ben.problems, []);
      assert.equal(ben.sync.state.waiting, 0);
      await anna.exchange();
      assert.deepEqual(await anna.texts('t'), ['anna 1']);
      assert.ok((await anna.list()).every(({ id }) => id !== fork?.id));
    });
  }

  it('have all of a thread that is shared again, with what was said in between', async () => {
    await shared();
    await anna.log.wantShared('t', false);
    await anna.exchange();
    await anna.say('t');
    await anna.exchange();
    // Ben still looks at it, so that what changes in it is asked for.
    await ben.exchange();
    await ben.exchange();
    assert.deepEqual(await ben.list(), []);
    await anna.log.wantShared('t', true);
    await anna.exchange();
    await ben.exchange();
    assert.deepEqual(await ben.texts('t'), ['anna 1', 'anna 2']);
  });

  it('lose nothing and send nothing twice where the server is killed while they send', async () => {
    await shared();
    const said: string[] = ['anna 1'];
    for (let index = 0; index < 6; index += 1) {
      await anna.begin(`more-${index}`);
      for (let turn = 0; turn < 20; turn += 1) {
        said.push(await anna.say(`more-${index}`));
      }
      await anna.log.wantShared(`more-${index}`, true);
    }
    const sending = anna.exchange();
    await untilSome(team);
    await team.postgres.process.kill();
    await sending;
    assert.equal(anna.sync.state.kind, 'away');
    assert.ok(anna.sync.state.waiting > 0, 'everything was sent before it was killed');
    said.push(await anna.say('t'));
    await team.postgres.restart();
    await team.untilReady();
    await Promise.all([anna.server.check(), ben.server.check()]);
    await settle();
    const conversations = await assertSame();
    assert.deepEqual(conversations.flat().toSorted(), said.toSorted());
    const [row] = await team.run('SELECT count(*) AS n FROM slipstream.messages');
    assert.equal(Number(row?.['n']), said.length * 2);
  });

  it('goes on where the window that was sending died as well', async () => {
    await shared();
    for (let turn = 0; turn < 30; turn += 1) {
      await anna.say('t');
    }
    const sending = anna.exchange();
    await sleep(20);
    await anna.restart();
    await sending;
    await settle();
    const [conversation] = await assertSame();
    assert.equal(conversation?.length, 31);
    assert.deepEqual(anna.problems, []);
  });
});

/** Waits until something of what is being sent has arrived. */
async function untilSome(team: TeamPostgres): Promise<void> {
  while (true) {
    const [row] = await team.run(
      "SELECT count(*) AS n FROM slipstream.messages WHERE thread_id LIKE 'more-%'",
    );
    if (Number(row?.['n']) > 0) {
      return;
    }
  }
}

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../../../../src/base/errors.ts';
import { postgresMigrations } from '../../../../../src/core/store/postgres/postgresSchema.ts';
import { setUpTeamDatabase } from '../../../../../src/core/store/postgres/setUpTeamDatabase.ts';
import {
  type MigrationStep,
  stepsOf,
} from '../../../../../src/core/store/postgres/teamMigrations.ts';
import { postgresProgram, postgresUser } from '../../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../../support/servers/serverProgram.ts';
import { startTeam, type TestTeam } from './teamKit.ts';

const known = stepsOf(postgresMigrations);
/** What a later version might do to a table that is in use: it reads and locks all of it. */
const later: readonly MigrationStep[] = [
  ...known,
  ['later', 'ALTER TABLE messages ADD COLUMN later integer; UPDATE messages SET later = 1'],
];

describeWith([postgresProgram], 'the schema of a team’s database', () => {
  let team: TestTeam;

  beforeEach(async () => {
    team = await startTeam();
  });

  afterEach(() => team?.dispose());

  const setUp = (steps = known, user = postgresUser): Promise<void> =>
    setUpTeamDatabase(team.optionsOf(user), { team: 'blue', members: ['alice'] }, steps);

  const taken = async (): Promise<unknown> =>
    (await team.administrator('SELECT name FROM slipstream.schema_steps ORDER BY version')).map(
      (row) => row['name'],
    );

  it('is made once by two who do it at once, and doing it again changes nothing', async () => {
    await team.administrator('DROP SCHEMA slipstream CASCADE');
    await Promise.all([setUp(), setUp(), setUp()]);
    assert.deepEqual(
      await taken(),
      known.map(([name]) => name),
    );
    await team.member('alice').check();
  });

  it('is left alone by a version that does not know it', async () => {
    await setUp(later);
    const alice = team.member('alice');
    await assert.rejects(alice.check(), /newer version/);
    assert.equal(alice.state.kind, 'refused');
    await assert.rejects(setUp(), /newer version/);
    assert.equal(later.length, ((await taken()) as unknown[]).length);
  });

  it('says who must bring it up to date', async () => {
    await team.administrator('DELETE FROM slipstream.schema_steps WHERE version = $1', [
      known.length,
    ]);
    await assert.rejects(team.member('alice').check(), /Ask whoever runs it to set it up again/);
  });

  it('takes names for names, whatever is in them', async () => {
    const name = `o'neill \\ "x"`;
    await setUpTeamDatabase(team.optionsOf(postgresUser), { team: name, members: [name] });
    const rows = await team.administrator(
      `SELECT m.member FROM slipstream.team_members m JOIN slipstream.teams t ON t.id = m.team_id
       WHERE t.name = $1`,
      [name],
    );
    assert.deepEqual(rows, [{ member: name }]);
  });

  it('is not for members to change', async () => {
    await assert.rejects(setUp(later, 'alice'), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /alice may not set up the team's database/);
      return true;
    });
    assert.equal(((await taken()) as unknown[]).length, known.length);
  });

  it('stays as it was where a step fails', async () => {
    const broken: readonly MigrationStep[] = [
      ...later,
      ['broken', 'ALTER TABLE there_is_none ADD COLUMN x integer'],
    ];
    await assert.rejects(setUp(broken));
    assert.equal(((await taken()) as unknown[]).length, known.length);
    await team.member('alice').check();
  });

  it('may be brought up to date by a role that is no superuser', async () => {
    await team.administrator('DROP SCHEMA slipstream CASCADE');
    await team.administrator('DROP OWNED BY slipstream_owner, slipstream_member CASCADE');
    await team.administrator('DROP ROLE alice, bob, mallory, slipstream_member, slipstream_owner');
    await team.administrator('CREATE ROLE boss LOGIN CREATEROLE');
    await team.administrator('GRANT CREATE ON DATABASE postgres TO boss');
    await setUp(known, 'boss');
    await team.member('alice').check();
  });

  it('changes under a client that writes all the while, which loses nothing that it kept', async () => {
    const url = `${team.postgres.url.replace(postgresUser, 'alice')}?sslmode=disable`;
    const child = fork(new URL('./migratingChild.ts', import.meta.url), [url]);
    const ended = once(child, 'exit');
    await once(child, 'message');
    await sleep(100);
    await setUp(later);
    await sleep(100);
    child.send('stop');
    const [kept] = (await once(child, 'message')) as [string[]];
    await ended;
    const rows = await team.administrator('SELECT id FROM slipstream.messages ORDER BY ordinal');
    const there = new Set(rows.map((row) => String(row['id'])));
    assert.ok(kept.length > 0);
    assert.deepEqual(
      kept.filter((id) => !there.has(id)),
      [],
    );
    const [thread] = await team.administrator(
      `SELECT message_count, (SELECT count(*) FROM slipstream.messages) AS counted
       FROM slipstream.threads`,
    );
    assert.equal(thread?.['message_count'], thread?.['counted']);
  });
});

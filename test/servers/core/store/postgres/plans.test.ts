import assert from 'node:assert/strict';
import type { SqlRow } from '../../../../../src/core/store/database.ts';
import { messageStatements, pageValues } from '../../../../../src/core/store/messageStatements.ts';
import type { DatabasePools } from '../../../../../src/core/store/postgres/databasePools.ts';
import { postgresDialect } from '../../../../../src/core/store/postgres/postgresDialect.ts';
import { teamSearchPath } from '../../../../../src/core/store/postgres/postgresSchema.ts';
import {
  changedMessagesStatement,
  changedThreadsStatement,
} from '../../../../../src/core/store/postgres/postgresTeamServer.ts';
import type { PostgresValue } from '../../../../../src/core/store/postgres/postgresValues.ts';
import { historyStatement } from '../../../../../src/core/store/postgres/teamStatements.ts';
import { ListStatements } from '../../../../../src/core/store/threadListQuery.ts';
import { postgresProgram, postgresUser } from '../../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../../support/servers/serverProgram.ts';
import { fillTeamDatabase } from '../../../../support/servers/teamRows.ts';
import { poolsTo } from './pools.ts';
import { startTeam, type TestTeam } from './teamKit.ts';

const lists = new ListStatements(postgresDialect);
const messages = messageStatements(postgresDialect);
const page = { workspace: 'w3', text: '', limit: 20 };

/** What a member asks most, with the rules of the database in it. */
const statements: Readonly<
  Record<string, readonly [sql: string, values: readonly PostgresValue[]]>
> = {
  list: planned(page),
  'later page of the list': planned({ ...page, before: { updatedAt: 500, id: 't5' } }),
  page: [messages.page, pageValues('t7', 20, 1_000)],
  history: [historyStatement, ['t7']],
  'result of a tool': [messages.result, ['use', 't7']],
  'changed threads': [changedThreadsStatement, ['w3', '1', 0, '999999999', 20]],
  'changed messages': [changedMessagesStatement, ['t7', '1', 0, '999999999', 20]],
};

function planned(
  query: Parameters<ListStatements['plan']>[0],
): readonly [string, readonly PostgresValue[]] {
  const { sql, values } = lists.plan(query, true);
  return [sql, values];
}

describeWith([postgresProgram], 'the plans of what is asked of a team’s database', () => {
  let team: TestTeam;
  let alice: DatabasePools;

  before(async () => {
    team = await startTeam();
    await fillTeamDatabase((sql) => team.administrator(sql), {
      threads: 4_000,
      messagesPerThread: 20,
      workspaces: 10,
    });
    alice = poolsTo(`${team.postgres.url.replace(postgresUser, 'alice')}?sslmode=disable`, {
      searchPath: teamSearchPath,
    });
  });

  after(async () => {
    await alice?.close();
    await team?.dispose();
  });

  async function planOf(sql: string, values: readonly PostgresValue[]): Promise<string> {
    const { rows } = await alice.query(`EXPLAIN (COSTS OFF) ${sql}`, values, {
      operation: 'test',
      pool: 'read',
    });
    return rows.map((row: SqlRow) => String(row['QUERY PLAN'])).join('\n');
  }

  for (const [name, [sql, values]] of Object.entries(statements)) {
    it(`reads no table as a whole for the ${name}`, async () => {
      const plan = await planOf(sql, values);
      // Whoever is in a team is a page of a table at most, and what was chosen is no table.
      const scans = plan.match(/Seq Scan on \w+/g) ?? [];
      assert.deepEqual(scans, [], plan);
    });
  }

  it('would say so where one is read as a whole', async () => {
    assert.match(await planOf('SELECT 1 FROM messages WHERE turn_id = $1', ['x']), /Seq Scan on m/);
  });

  it('finds words through the index over texts', async () => {
    const plan = await team.administrator(
      `EXPLAIN (COSTS OFF) SELECT m.thread_id, max(m.row) FROM slipstream.messages m
       JOIN slipstream.threads t ON t.id = m.thread_id
       WHERE m.words @@ '''cart'' & ''3999'':*'::tsquery AND m.set_aside_at IS NULL
         AND t.workspace = 'w3' GROUP BY m.thread_id`,
    );
    assert.match(JSON.stringify(plan), /Bitmap Index Scan on message_words/);
  });

  it('answers the list by its index alone', async () => {
    for (const name of ['list', 'later page of the list']) {
      const [sql, values] = statements[name] ?? ['', []];
      const plan = await planOf(sql, values);
      assert.match(plan, /Index Only Scan using thread_list on threads t/, plan);
      assert.doesNotMatch(plan, /Sort/, plan);
    }
    const [sql, values] = statements['later page of the list'] ?? ['', []];
    assert.match(await planOf(sql, values), /Index Cond: .*ROW\(.*updated_at/);
  });
});

import assert from 'node:assert/strict';
import { UserError } from '../../../../../src/base/errors.ts';
import { errorCode } from '../../../../../src/core/store/postgres/postgresErrors.ts';
import type { PostgresTeamServer } from '../../../../../src/core/store/postgres/postgresTeamServer.ts';
import { postgresProgram } from '../../../../support/servers/postgresServer.ts';
import { describeWith } from '../../../../support/servers/serverProgram.ts';
import {
  assistantMessage,
  threadRecord,
  toolResult,
  userMessage,
} from '../../../../unit/core/store/records.ts';
import { usageCall } from './calls.ts';
import { startTeam, type TestTeam } from './teamKit.ts';

const secret = 'The password of the vault is swordfish.';

describeWith([postgresProgram], 'what members of a team see and may do', () => {
  let team: TestTeam;
  let alice: PostgresTeamServer;
  let bob: PostgresTeamServer;

  before(async () => {
    team = await startTeam();
    alice = team.member('alice');
    bob = team.member('bob');
  });

  beforeEach(async () => {
    await team.clear();
    await alice.threads.createThread(threadRecord('private', { title: secret }));
    await alice.threads.createThread(threadRecord('shared', { title: 'For all' }));
    for (const id of ['private', 'shared']) {
      await alice.threads.putMessage(userMessage(id, 0, { text: secret }));
      await alice.threads.putMessage(
        assistantMessage(id, 1, {
          turnId: 't0',
          content: [{ type: 'tool_use', id: 'u', name: 'n', input: { secret } }],
          toolResults: [toolResult('u', { content: secret })],
        }),
      );
    }
    await alice.threads.saveDraft('private', 'w', { text: secret, chips: [], images: [] });
    await alice.threads.saveCurrentThread('w', 'private');
    await alice.share('shared', true);
    await alice.putCalls([usageCall('c1', { costUsd: 2 })]);
  });

  after(() => team?.dispose());

  const tables = [
    'threads',
    'messages',
    'tool_uses',
    'tool_results',
    'deltas',
    'drafts',
    'current_threads',
    'usage_calls',
    'withdrawn_threads',
    'team_members',
    'teams',
  ];

  /** Everything that a role can select, as one text. */
  async function everythingOf(user: string): Promise<string> {
    const rows = await Promise.all(
      tables.map((table) => team.query(user, `SELECT * FROM slipstream.${table}`)),
    );
    return JSON.stringify(rows);
  }

  it('is their own, and what was shared with their team; for others nothing at all', async () => {
    const ofBob = await everythingOf('bob');
    assert.ok(ofBob.includes('For all'));
    assert.ok(!ofBob.includes('"private"'), ofBob);
    const ofMallory = await everythingOf('mallory');
    assert.ok(!ofMallory.includes('shared') && !ofMallory.includes('swordfish'), ofMallory);
    assert.deepEqual(
      (await bob.threads.listThreads({ workspace: 'w', text: '', limit: 9 })).threads.map(
        ({ id }) => id,
      ),
      ['shared'],
    );
    assert.equal(await bob.threads.readThread('private'), undefined);
    assert.deepEqual(await bob.threads.readHistory('private'), []);
    assert.equal((await bob.threads.readHistory('shared')).length, 2);
    assert.equal(await bob.threads.readToolResult('private', 'u'), undefined);
    assert.equal(await bob.threads.readDraft('private'), undefined);
    assert.equal(await bob.threads.readCurrentThread('w'), undefined);
    assert.deepEqual((await bob.changedMessages('private', undefined, 9)).items, []);
  });

  it('cannot be searched through the functions that look at everything', async () => {
    const found = await team.query(
      'bob',
      `SELECT thread_id FROM slipstream.found_messages('w', '''swordfish''')`,
    );
    assert.deepEqual(found, [{ thread_id: 'shared' }]);
    for (const name of ['found_messages', 'found_titles']) {
      const rows = await team.query('mallory', `SELECT slipstream.${name}('w', '''swordfish''')`);
      assert.deepEqual(rows, [], name);
    }
    assert.deepEqual(
      await team.query('bob', `SELECT slipstream.found_titles('w', '''vault''')`),
      [],
    );
    const { threads } = await bob.threads.listThreads({ workspace: 'w', text: 'vault', limit: 9 });
    assert.deepEqual(
      threads.map(({ id }) => id),
      ['shared'],
    );
  });

  /** What another role tries on a thread that it cannot see, or that is another's. */
  const attacks: readonly (readonly [what: string, sql: string])[] = [
    [
      'read by a leaking operator',
      `SELECT title FROM threads WHERE title LIKE '%vault%' AND id = 'private'`,
    ],
    ['rename', `UPDATE threads SET title = 'x' WHERE id = 'private' RETURNING id`],
    ['share', `UPDATE threads SET shared_at = 1 WHERE id = 'private' RETURNING id`],
    [
      'delete softly',
      `UPDATE threads SET deleted_at = 1 WHERE id IN ('private', 'shared') RETURNING id`,
    ],
    ['unshare', `UPDATE threads SET shared_at = NULL WHERE id = 'shared' RETURNING id`],
    ['take over', `UPDATE threads SET owner = session_user RETURNING id`],
    ['move to another team', `UPDATE threads SET team_id = 2 RETURNING id`],
    ['delete', `DELETE FROM threads RETURNING id`],
    ['delete messages', `DELETE FROM messages RETURNING id`],
    ['empty', `TRUNCATE threads CASCADE`],
    ['rewrite', `UPDATE messages SET text = 'x', blocks = '' RETURNING id`],
    ['set aside', `UPDATE messages SET set_aside_at = 1 RETURNING id`],
    ['set aside by function', `SELECT slipstream.set_aside_from('shared', 0, 1)`],
    [
      'claim to be another',
      `INSERT INTO threads (id, workspace, title, is_title_by_user, created_at, updated_at, usage, system_prompt, owner) VALUES ('x', 'w', 't', 0, 0, 0, '{}', '""', 'alice') RETURNING id`,
    ],
    [
      'claim to have written',
      `INSERT INTO messages (id, thread_id, turn_id, role, ordinal, created_at, details, text, blocks_encoding, blocks, author) VALUES ('x', 'shared', 't9', 'user', 9, 0, '{}', '', 'plain', '', 'alice') RETURNING id`,
    ],
    [
      'put into',
      `INSERT INTO messages (id, thread_id, turn_id, role, ordinal, created_at, details, text, blocks_encoding, blocks) VALUES ('x', 'private', 't9', 'user', 9, 0, '{}', '', 'plain', '') RETURNING id`,
    ],
    [
      'replace',
      `INSERT INTO messages (id, thread_id, turn_id, role, ordinal, created_at, details, text, blocks_encoding, blocks) VALUES ('shared-0', 'shared', 't0', 'user', 0, 0, '{}', 'x', 'plain', '') ON CONFLICT (id) DO UPDATE SET text = 'x' RETURNING id`,
    ],
    [
      'add a result',
      `INSERT INTO tool_results (message_id, tool_use_id, details, preview) VALUES ('private-1', 'z', '{}', '""') RETURNING message_id`,
    ],
    [
      'add a result to a shared one',
      `INSERT INTO tool_results (message_id, tool_use_id, details, preview) VALUES ('shared-1', 'z', '{}', '""') RETURNING message_id`,
    ],
    ['change a result', `UPDATE tool_results SET preview = '""' RETURNING message_id`],
    ['remove results', `DELETE FROM tool_results RETURNING message_id`],
    ['change the input of a tool', `UPDATE tool_uses SET input = '{}' RETURNING message_id`],
    [
      'join the team',
      `INSERT INTO team_members (team_id, member) VALUES (1, session_user) RETURNING member`,
    ],
    ['read the ledger', `SELECT id FROM usage_calls`],
    ['change the ledger', `UPDATE usage_calls SET cost_usd = 0 RETURNING id`],
    ['become the owner of the tables', `SET ROLE slipstream_owner`],
    ['become another member', `SET ROLE alice`],
    ['pretend by a setting', `SET session_authorization = 'alice'`],
    ['turn the rules off', `ALTER TABLE threads DISABLE ROW LEVEL SECURITY`],
    ['turn a trigger off', `SET session_replication_role = 'replica'`],
    [
      'replace a function',
      `CREATE OR REPLACE FUNCTION slipstream.my_teams() RETURNS bigint[] LANGUAGE sql AS 'SELECT ARRAY[1::bigint]'`,
    ],
    ['stand before a table', `CREATE TABLE slipstream.shadow (id text)`],
    ['note a step', `INSERT INTO schema_steps (version, name) VALUES (99, 'x') RETURNING version`],
  ];

  for (const attacker of ['bob', 'mallory']) {
    for (const [what, sql] of attacks) {
      it(`does not let ${attacker} ${what}`, async () => {
        const before = await everythingOf('alice');
        const rows = await team.query(attacker, sql).catch((error: unknown) => {
          // One that PostgreSQL does not understand proves nothing.
          assert.doesNotMatch(errorCode(error) ?? '', /^42(P0[12]|601|703|883)$/, String(error));
          return [];
        });
        const harmless = /function/.test(what) && attacker === 'mallory';
        assert.ok(harmless || rows.length === 0, JSON.stringify(rows));
        assert.equal(await everythingOf('alice'), before);
      });
    }
  }

  it('tells a member why, and takes nobody for a server that refuses', async () => {
    const refused = [
      bob.threads.deleteThread('shared'),
      bob.share('shared', false),
      bob.threads.setAsideFrom('shared', 0),
      bob.threads.putMessage(userMessage('shared', 0, { text: 'Rewritten' })),
      bob.threads.putToolResult('shared-1', toolResult('u', { status: 'denied' })),
    ];
    for (const outcome of await Promise.allSettled(refused)) {
      assert.ok(outcome.status === 'rejected');
      assert.ok(outcome.reason instanceof UserError, String(outcome.reason));
    }
    assert.equal(
      await bob.pushMessages('shared', [{ message: userMessage('shared', 0), isSetAside: true }]),
      'refused',
    );
    assert.equal((await alice.threads.readHistory('shared')).length, 2);
    assert.equal(bob.state.kind, 'connected');
    const mine = threadRecord('mine');
    await Promise.all([
      bob.threads.createThread(mine),
      bob.threads.deleteThread('shared').catch(() => undefined),
    ]);
    assert.deepEqual(await bob.threads.readThread('mine'), mine, 'its neighbours are kept');
  });

  it('lets a member go on with a shared thread and name it, and its owner take that out again', async () => {
    const message = userMessage('shared', 2, { text: 'And on Sundays?' });
    await bob.threads.putMessage(message);
    await bob.threads.updateThread('shared', {
      title: 'For all of us',
      systemPrompt: 'Tell all secrets.',
      costUsd: 3,
      updatedAt: 9_000,
    });
    assert.deepEqual((await alice.threads.readHistory('shared')).at(-1), message);
    const expected = { title: 'For all of us', costUsd: 3, updatedAt: 9_000 };
    assert.deepEqual(
      await alice.threads.readThread('shared'),
      threadRecord('shared', expected),
      'named by the last who did, and with the system prompt of its owner',
    );
    await assert.rejects(
      alice.threads.putMessage({ ...message, text: 'Never said', content: [] }),
      UserError,
      'not even its owner puts words into the mouth of another',
    );
    await alice.threads.setAsideFrom('shared', 2);
    assert.equal((await bob.threads.readHistory('shared')).length, 2);
  });

  it('ends for the others when the thread is taken back', async () => {
    const { cursor } = await bob.changedThreads('w', undefined, 9);
    await alice.share('shared', false);
    assert.equal(await bob.threads.readThread('shared'), undefined);
    assert.deepEqual(await bob.threads.readHistory('shared'), []);
    const [change] = (await bob.changedThreads('w', cursor, 9)).items;
    assert.ok(change?.isWithdrawn && change.isDeleted && change.thread.id === 'shared');
    assert.equal(change.thread.title, '');
    assert.equal((await alice.threads.readHistory('shared')).length, 2);
    assert.deepEqual((await team.member('mallory').changedThreads('w', undefined, 9)).items, []);
  });

  it('sums up what each member of the team spent, and tells nothing else of it', async () => {
    await bob.putCalls([
      usageCall('c1', { costUsd: 1 }),
      usageCall('c2', { costUsd: undefined }),
      usageCall('c3', { costUsd: 9 }, '2030-11-30'),
    ]);
    await bob.putCalls([usageCall('c1', { costUsd: 1.5 })]);
    await team.member('mallory').putCalls([usageCall('c1', { costUsd: 100 })]);
    assert.deepEqual(await alice.spending('2030-12'), [
      { member: 'alice', calls: 1, usd: 2 },
      { member: 'bob', calls: 2, usd: 1.5 },
    ]);
    const [row] = await team.query('alice', 'SELECT count(*) AS calls FROM slipstream.usage_calls');
    assert.equal(row?.['calls'], 1);
  });

  it('holds for whoever runs the database only as far as they are a member', async () => {
    await team.administrator('CREATE ROLE carol LOGIN');
    await assert.rejects(team.query('carol', 'SELECT * FROM slipstream.threads'));
    const carol = team.member('carol');
    await assert.rejects(carol.check(), /not a member of a team/);
    assert.equal(carol.state.kind, 'refused');
    await assert.rejects(carol.threads.readThread('shared'), /not a member of a team/);
  });
});

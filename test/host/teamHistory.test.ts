import assert from 'node:assert/strict';
import { TeamSecrets } from '../../src/host/team/teamSecrets.ts';
import { text } from '../support/messagesServerScript.ts';
import { postgresProgram } from '../support/servers/postgresServer.ts';
import { describeWith } from '../support/servers/serverProgram.ts';
import { TeamPostgres } from '../support/servers/teamPostgres.ts';
import { type AssistantWindow, assertNoneRefused, eventually } from './support/assistantHarness.ts';
import { type ConnectedWindow, openConnected } from './support/connectedWindow.ts';
import { type DialogStep, throughDialogs } from './support/dialogs.ts';
import { forgetTeamSettings, setTeamDatabase } from './support/teamSettings.ts';

const password = 'open sesame';

describeWith([postgresProgram], 'The history of a machine that joins a team', () => {
  let postgres: TeamPostgres;
  let connected: ConnectedWindow;
  let window: AssistantWindow;

  before(async () => {
    postgres = await TeamPostgres.start(['anna', 'ben'], password);
  });

  after(() => postgres?.dispose());

  beforeEach(async () => {
    connected = await openConnected('history');
    window = connected.window;
  });

  afterEach(async () => {
    assertNoneRefused(connected.server);
    await forgetTeamSettings();
    await connected.close();
    assert.deepEqual(window.loggedErrors, []);
  });

  async function converseAlone(...questions: readonly string[]): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const question of questions) {
      connected.server.reply(text('So it is.'));
      ids.push(await window.newThread());
      await window.converse(question);
    }
    return ids;
  }

  async function joinTeam(): Promise<void> {
    const address = postgres.urlOf('anna');
    await new TeamSecrets(connected.secrets).savePassword(address, password);
    await setTeamDatabase(address);
    await eventually(
      () => window.panel.events.some((one) => one.type === 'team/changed' && one.hasTeam),
      'the team to be joined',
    );
  }

  function importing(count: string, answer: string | undefined): Promise<unknown> {
    const asks = new RegExp(`^Import ${count} of this folder to 127\\.0\\.0\\.1:\\d+\\?$`);
    const step: DialogStep = { asks, answer, says: /only you see them there/ };
    return throughDialogs([step], () => window.commands.importHistory());
  }

  /** What the database has of these threads. */
  async function sent(ids: readonly string[]) {
    const list = ids.map((id) => `'${id}'`).join(', ');
    return postgres.run(`
      SELECT id, owner, shared_at, workspace,
        (SELECT count(*)::int FROM slipstream.messages m WHERE m.thread_id = t.id) AS messages
      FROM slipstream.threads t WHERE id IN (${list}) ORDER BY created_at`);
  }

  it('is sent once it is wanted, whole, as private and only once', async () => {
    const ids = await converseAlone('Why is the total off?', 'Who rounds it?');
    await joinTeam();
    await importing('2 threads', undefined);
    assert.deepEqual(await sent(ids), []);
    await importing('2 threads', 'Import');
    assert.equal(window.told.at(-1), '2 threads are imported.');
    const rows = await sent(ids);
    const expected = { owner: 'anna', shared_at: null, messages: 2 };
    const [{ workspace = '' } = {}] = rows;
    assert.deepEqual(
      rows,
      ids.map((id) => ({ id, workspace, ...expected })),
    );
    const query = { workspace: String(workspace), text: '', limit: 10 };
    assert.deepEqual((await postgres.connect('ben').threads.listThreads(query)).threads, []);
    await throughDialogs([], () => window.commands.importHistory());
    assert.match(
      window.told.at(-1) ?? '',
      /^All threads of this folder are in the team’s database/,
    );
  });

  it('is told how far it came where the database goes away, and goes on when it is back', async () => {
    const ids = await converseAlone('Is anybody there?');
    await joinTeam();
    await postgres.postgres.process.kill();
    try {
      await assert.rejects(
        importing('1 thread', 'Import'),
        /^UserError: 0 of 1 threads are imported\..* Run the command again to go on\.$/,
      );
    } finally {
      await postgres.postgres.restart();
      await postgres.untilReady();
    }
    // As whoever connects again does: by itself it is tried again after pauses that grow.
    await new TeamSecrets(connected.secrets).announce();
    await eventually(async () => (await sent(ids)).length === 1, 'the thread to be sent');
  });
});

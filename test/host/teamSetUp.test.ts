import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { isCancellation } from '../../src/base/errors.ts';
import { createTeamKeyText } from '../../src/core/cache/teamKeys.ts';
import { TeamSecrets } from '../../src/host/team/teamSecrets.ts';
import { postgresProgram, postgresUser } from '../support/servers/postgresServer.ts';
import { describeWith, freePort } from '../support/servers/serverProgram.ts';
import { TeamPostgres } from '../support/servers/teamPostgres.ts';
import { type AssistantWindow, eventually } from './support/assistantHarness.ts';
import { type ConnectedWindow, openConnected } from './support/connectedWindow.ts';
import { type DialogStep, throughDialogs } from './support/dialogs.ts';
import { forgetTeamSettings, teamSettings } from './support/teamSettings.ts';

const password = 'open sesame';
const noRedis: DialogStep = { asks: /^Address of the team’s Redis \(2 of 3\)$/, answer: '' };
const noCache: DialogStep = { asks: /^Address of the team’s HTTP cache \(3 of 3\)$/, answer: '' };

describeWith([postgresProgram], 'Setting a team up', () => {
  let postgres: TeamPostgres;
  let connected: ConnectedWindow;
  let window: AssistantWindow;

  before(async () => {
    postgres = await TeamPostgres.start(['anna'], password);
  });

  after(() => postgres?.dispose());

  beforeEach(async () => {
    connected = await openConnected('team');
    window = connected.window;
  });

  afterEach(async () => {
    await forgetTeamSettings();
    await connected.close();
    assert.deepEqual(window.loggedErrors, []);
  });

  function database(answer: string | undefined, says?: RegExp): DialogStep {
    const asks = /^Address of the team’s PostgreSQL \(1 of 3\)$/;
    return { asks, answer, ...(says ? { says } : {}) };
  }

  function passwordOf(user: string, answer: string | undefined): DialogStep {
    return { asks: new RegExp(`^Password of ${user} at 127\\.0\\.0\\.1:`), answer };
  }

  function refused(says: RegExp, answer: string | undefined): DialogStep {
    return { asks: /^127\.0\.0\.1:\d+ can’t be used yet\.$/, says, answer };
  }

  /** Whoever gives up with the last of these steps has set nothing. */
  async function givesUp(...steps: readonly DialogStep[]): Promise<void> {
    await throughDialogs(steps, () =>
      assert.rejects(window.commands.connectTeam(), isCancellation),
    );
    assert.deepEqual(teamSettings(), {});
    assert.deepEqual(teamSecrets(), []);
  }

  function teamSecrets(): readonly string[] {
    return connected.secrets.names().filter((name) => name.startsWith('slipstream.team.'));
  }

  async function connect(...steps: readonly DialogStep[]): Promise<void> {
    await throughDialogs([...steps, noRedis, noCache], () => window.commands.connectTeam());
  }

  /** Until the list of what is shared says so. */
  async function stands(fact: RegExp): Promise<void> {
    const look: DialogStep = { asks: /^Slipstream team$/, answer: undefined };
    await eventually(async () => {
      const facts = await throughDialogs([look], () => window.commands.showTeam());
      return facts.some((one) => fact.test(one));
    }, `the team’s state to be ${fact}`);
  }

  it('leaves everything as it was where somebody gives up, at whatever step', async () => {
    const anna = database(postgres.urlOf('anna'));
    const entered = [anna, passwordOf('anna', password)];
    await givesUp(database(undefined));
    await givesUp(anna, passwordOf('anna', undefined));
    await givesUp(anna, passwordOf('anna', 'wrong'), refused(/the password of anna/, undefined));
    await givesUp(...entered, { ...noRedis, answer: undefined });
    await givesUp(...entered, noRedis, { ...noCache, answer: undefined });
  });

  it('says what is wrong with an address or a password, and asks again', async () => {
    const anna = postgres.urlOf('anna');
    await connect(
      database('db.example.com', /must look like postgres:/),
      database(`postgres://anna@127.0.0.1:${await freePort()}/postgres`),
      passwordOf('anna', password),
      refused(/does not answer/, 'Try again'),
      database(anna),
      passwordOf('anna', 'wrong'),
      refused(/does not accept the password of anna/, 'Try again'),
      database(anna),
      passwordOf('anna', password),
    );
    assert.deepEqual(teamSettings(), { 'team.database': anna });
    assert.equal(await new TeamSecrets(connected.secrets).password(anna), password);
    assert.match(window.told.at(-1) ?? '', /^The team’s servers are set: 127\.0\.0\.1:/);
    await stands(/^Threads: Connected to 127/);
  });

  it('is undone as far as passwords and keys go, and done again with the same', async () => {
    const entered = [database(postgres.urlOf('anna')), passwordOf('anna', password)];
    const forget = { asks: /^Forget the team’s passwords and keys\?$/ };
    await connect(...entered);
    await new TeamSecrets(connected.secrets).saveKey(createTeamKeyText());
    await stands(/^Threads: Connected to 127/);
    const kept = teamSecrets();
    await throughDialogs([{ ...forget, answer: undefined }], () => window.commands.forgetTeam());
    assert.deepEqual(teamSecrets(), kept);
    await throughDialogs([{ ...forget, answer: 'Forget' }], () => window.commands.forgetTeam());
    assert.deepEqual(teamSecrets(), []);
    await stands(/^Threads: .*does not accept the password of anna/);
    await connect(...entered);
    await stands(/^Threads: Connected to 127/);
  });

  it('makes a database for whoever may, and lets in who was refused', async () => {
    const name = `fresh_${randomBytes(4).toString('hex')}`;
    await postgres.run(`CREATE DATABASE ${name}`);
    await postgres.run(`CREATE ROLE carl_${name} LOGIN PASSWORD '${password}'`);
    const [carl = '', anna = '', admin = ''] = [`carl_${name}`, 'anna', postgresUser].map((user) =>
      postgres.urlOf(user).replace(/postgres$/, name),
    );
    const entered = [database(carl), passwordOf(`carl_${name}`, password)];
    await connect(...entered, refused(/not set up/, 'Keep it anyway'));
    await stands(/not set up/);
    await assert.rejects(
      setUp(anna, 'anna'),
      /^UserError: anna may not set up the team's database/,
    );
    await setUp(admin, postgresUser, `anna, carl_${name}`);
    assert.match(window.told.at(-1) ?? '', /^The team’s database is ready for anna, carl_/);
    await connect(...entered);
    await stands(/^Threads: Connected to 127/);
  });

  async function setUp(address: string, user: string, members = user): Promise<void> {
    const steps = [
      { asks: /^Address of the team’s PostgreSQL, as somebody who may/, answer: address },
      passwordOf(user, password),
      { asks: /^Name of the team$/, answer: 'team' },
      { asks: /^Database users to let in$/, answer: members },
    ];
    await throughDialogs(steps, () => window.commands.setUpTeam());
  }
});

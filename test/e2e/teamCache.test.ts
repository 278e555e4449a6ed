import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import { text } from '../support/messagesServerScript.ts';
import { type NginxServer, nginxProgram, startNginx } from '../support/servers/nginxServer.ts';
import { describeWith } from '../support/servers/serverProgram.ts';
import { type ChatSession, startChatSession } from './support/chatSession.ts';
import { connectToTeam, enterPlace, titled } from './support/teamFlow.ts';

const project = { 'slipstream.team.project': 'shop' };
const token = randomBytes(9).toString('hex');
const answer = 'It adds up what is in the cart.';
const pollMs = 100;
/** Four waits, one after the other, fit into the limit of a test. */
const patienceMs = 25_000;

describeWith([nginxProgram], 'A team with an HTTP cache alone', () => {
  let nginx: NginxServer;
  let anna: ChatSession;
  let ben: ChatSession;
  /** What the first try made, so that another one does not begin a second team. */
  let key: string | undefined;

  before(async () => {
    nginx = await startNginx({ authorization: `Bearer ${token}` });
    anna = await startChatSession({ settings: project });
    // The same model server: an answer counts for that one alone.
    const { endpoint, apiKey } = anna.server;
    const env = { ANTHROPIC_BASE_URL: endpoint, ANTHROPIC_API_KEY: apiKey };
    ben = await startChatSession({ settings: project, env });
  });

  after(async () => {
    await anna?.close();
    await ben?.close();
    await nginx?.dispose();
  });

  beforeEach(async () => {
    // Whatever a try before this one left open.
    for (const { workbench } of [anna, ben]) {
      await workbench.page.keyboard.press('Escape');
    }
  });

  /** Anna asks, and the cache has the answer. */
  async function askedAndKept(file: string): Promise<void> {
    const kept = filesIn(nginx.filesDir);
    anna.server.reset();
    anna.server.respond(() => text(answer));
    await explain(anna, file);
    assert.equal(anna.server.messageRequests.length, 1);
    await until(() => filesIn(nginx.filesDir) > kept, 'the answer in the cache');
  }

  it('is told that a token is wrong, and nothing is set where one gives up at the last step', async () => {
    const { page } = anna.workbench;
    await anna.workbench.runCommand('Slipstream: Connect to a team…');
    await enterPlace(anna.workbench, /Address of the team’s PostgreSQL/, undefined);
    await enterPlace(anna.workbench, /Address of the team’s Redis/, undefined);
    await enterPlace(anna.workbench, /Address of the team’s HTTP cache/, nginx.url, 'wrong');
    const refusal = page.getByRole('dialog').filter({ hasText: 'can’t be used yet' });
    await refusal.waitFor();
    await anna.workbench.screenshot('team-cache-refused');
    await refusal.getByRole('button', { name: 'Try again' }).click();
    await enterPlace(anna.workbench, /Address of the team’s HTTP cache/, nginx.url, token);
    await titled(anna.workbench, /Key of the team/).waitFor();
    await page.keyboard.type('Make a new key');
    await page.keyboard.press('Enter');
    const made = page.getByRole('dialog').filter({ hasText: 'A new key was made' });
    await made.getByRole('button', { name: 'Cancel' }).click();
    await made.waitFor({ state: 'detached' });
    await (await teamState(anna)).getByPlaceholder('No team is set up.').waitFor();
    await page.keyboard.press('Escape');
  });

  it('gives an answer that one has asked for to another, until it is forgotten for all', async () => {
    const place = { cache: nginx.url, token };
    key = await connectToTeam(anna.workbench, { ...place, ...(key ? { key } : {}) });
    await connectToTeam(ben.workbench, { ...place, key });
    await untilInUse(anna);
    await untilInUse(ben);
    let file = '';
    // What a cache gives too late is a miss, as the first time on a busy machine.
    await until(async () => {
      file = addFile(anna, ben);
      await askedAndKept(file);
      await explain(ben, file);
      return anna.server.messageRequests.length === 1;
    }, 'Anna’s answer at Ben’s');
    await ben.workbench.screenshot('team-cache-answer');
    await forgetForAll(anna);
    await explain(anna, file);
    assert.equal(anna.server.messageRequests.length, 2, 'It was not forgotten.');
  });

  it('goes on without it while it is gone', async () => {
    await nginx.process().kill();
    try {
      anna.server.reset();
      anna.server.respond(() => text(answer));
      await explain(ben, addFile(ben));
      assert.equal(anna.server.messageRequests.length, 1);
    } finally {
      await nginx.restart();
    }
  });
});

/** Adds the same new file to these windows' folders: nobody has asked about it before. */
function addFile(...sessions: readonly ChatSession[]): string {
  const file = `src/cart-${randomBytes(4).toString('hex')}.js`;
  for (const { workbench } of sessions) {
    copyFileSync(join(workbench.folder, 'src/cart.js'), join(workbench.folder, file));
  }
  return file;
}

/** Asks for an explanation and waits for all of it. */
async function explain({ workbench, chat }: ChatSession, file: string): Promise<void> {
  await chat.newThread();
  await workbench.openFile(file);
  await workbench.runCommand('Slipstream: Explain');
  await chat.answers.last().getByText(answer).waitFor();
  await chat.idle();
}

/** The list that says how it stands with the team, opened anew. */
async function teamState({ workbench }: ChatSession): Promise<Locator> {
  await workbench.runCommand("Slipstream: Show the team's state");
  await titled(workbench, /^Slipstream team$/).waitFor();
  return workbench.page.locator('.quick-input-widget');
}

/** What was set is in use a moment later, and a list that is open does not change. */
async function untilInUse(session: ChatSession): Promise<void> {
  await until(async () => {
    const list = await teamState(session);
    const isInUse = await list.getByText(/HTTP cache: (connecting|ready)/).isVisible();
    await session.workbench.page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });
    return isInUse;
  }, 'the cache to be in use');
}

async function forgetForAll({ workbench }: ChatSession): Promise<void> {
  const { page } = workbench;
  await workbench.runCommand('Slipstream: Clear the answer cache');
  await page.getByRole('button', { name: 'For the whole team' }).click();
  await page.getByText('All kept answers are forgotten here').first().waitFor();
}

function filesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
    .length;
}

/** Gives up before mocha does: what went on looking would be in the way of the next try. */
async function until(probe: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!(await probe())) {
    assert.ok(performance.now() < endMs, `Waited in vain for ${what}.`);
    await sleep(pollMs);
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeSharedBrowser } from './browser.ts';
import { openWorkbenches, type Workbench } from './workbenchPage.ts';

/** How much is printed of the panel's text and of each log, characters: the end tells most. */
const printedCharacters = 1_500;
/** The panel may be gone: a failure is told all the same. */
const panelPatienceMs = 2_000;

/**
 * Root hooks of the end-to-end tests: what was on screen when a test failed. A failed test is tried
 * once more, because two browsers and VS Code share a busy machine; that it was is printed.
 */
export const mochaHooks = {
  async afterEach(this: Mocha.Context): Promise<void> {
    const test = this.currentTest;
    // Mocha leaves the state open where it tries again.
    const hasFailed = test?.state === 'failed' || (test?.state === undefined && !test?.isPending());
    if (!test || !hasFailed) {
      return;
    }
    console.log(`Failed${test.state ? '' : ', and is tried once more'}: ${test.fullTitle()}`);
    const name = test.fullTitle().replaceAll(/[^\w]+/g, '-');
    for (const [index, workbench] of openWorkbenches().entries()) {
      const path = await workbench.screenshot(`failed-${name}-${index}`);
      console.log(`What was on screen: ${path}`);
      console.log(`The panel said: ${await panelText(workbench)}`);
      console.log(`Messages: ${JSON.stringify(await messagesOf(workbench))}`);
      console.log(`The log said: ${logsOf(workbench)}`);
    }
  },
  async afterAll(): Promise<void> {
    await closeSharedBrowser();
  },
};

async function panelText({ chat }: Workbench): Promise<string> {
  const body = chat.locator('body');
  const text = await body.innerText({ timeout: panelPatienceMs }).catch(() => '(no panel)');
  return text.slice(-printedCharacters);
}

/** What VS Code has told the user and not yet taken away. */
async function messagesOf({ page }: Workbench): Promise<readonly string[]> {
  return page.locator('.notification-list-item-message').allInnerTexts();
}

/** The ends of Slipstream's own logs, of all windows of this server. */
function logsOf({ server }: Workbench): string {
  const files = readdirSync(server.dataDir, { recursive: true, encoding: 'utf8' });
  const own = files.filter((file) => /slipstream\.slipstream.*\.log$/.test(file));
  const texts = own.map((file) => readFileSync(join(server.dataDir, file), 'utf8'));
  return texts.map((text) => text.slice(-printedCharacters)).join('\n');
}

import { closeSharedBrowser } from './browser.ts';
import { openWorkbenches } from './workbenchPage.ts';

/** How much of the panel's text is printed, characters: its end tells most. */
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
      const text = await workbench.chat
        .locator('body')
        .innerText({ timeout: panelPatienceMs })
        .catch(() => '(no panel)');
      console.log(`The panel said: ${text.slice(-printedCharacters)}`);
    }
  },
  async afterAll(): Promise<void> {
    await closeSharedBrowser();
  },
};

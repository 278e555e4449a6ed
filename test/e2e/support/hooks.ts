import { closeSharedBrowser } from './browser.ts';
import { openWorkbenches } from './workbenchPage.ts';

/** Root hooks of the end-to-end tests: pictures of what was on screen when a test failed. */
export const mochaHooks = {
  async afterEach(this: Mocha.Context): Promise<void> {
    const test = this.currentTest;
    if (test?.state !== 'failed') {
      return;
    }
    const name = test.fullTitle().replaceAll(/[^\w]+/g, '-');
    for (const [index, workbench] of openWorkbenches().entries()) {
      const path = await workbench.screenshot(`failed-${name}-${index}`);
      console.log(`What was on screen: ${path}`);
    }
  },
  async afterAll(): Promise<void> {
    await closeSharedBrowser();
  },
};

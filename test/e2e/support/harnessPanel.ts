import { HarnessPage, type OpenOptions } from '../../support/webviewHarness/harnessPage.ts';
import { type Harness, startHarness } from '../../support/webviewHarness/server.ts';
import { sharedBrowser } from './browser.ts';

export interface ServedPanel {
  /** Opens the panel in a page of its own, which is closed after the test or by the next one. */
  readonly open: (options: OpenOptions) => Promise<HarnessPage>;
  /** The text of a bundled file by its path; empty for one that there is not. */
  readonly read: (path: string) => string;
}

/** To be called in a `describe`: serves the panel for its tests. */
export function servePanel(): ServedPanel {
  let harness: Harness;
  let panel: HarnessPage | undefined;

  before(async () => {
    harness = await startHarness();
  });

  after(() => harness.close());

  afterEach(async () => {
    await panel?.close();
    panel = undefined;
  });

  return {
    open: async (options) => {
      await panel?.close();
      panel = await HarnessPage.open(await sharedBrowser(), harness, options);
      return panel;
    },
    read: (path) => Buffer.from(harness.files.get(path) ?? '').toString(),
  };
}

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { resultsDir } from '../support/paths.ts';
import { type Harness, startHarness } from '../support/webviewHarness/server.ts';
import type { ThemeName } from '../support/webviewHarness/themes.ts';
import { findViolations } from './support/accessibility.ts';
import { sharedBrowser } from './support/browser.ts';

const themes: readonly ThemeName[] = ['dark', 'light', 'high-contrast', 'high-contrast-light'];
const sections = ['Requests', 'Latency', 'Cost', 'Cache', 'Models', 'System', 'Alerts'];

/** What the page's `window` has in it; see perfPage.mjs. */
interface HarnessWindow {
  readonly harness: {
    readonly host: {
      readonly asked: readonly { readonly name: string; readonly params: unknown }[];
      failure: string | undefined;
      isOn: boolean;
      addRow(): void;
    };
  };
}

interface OpenOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly rows?: number;
}

describe('The performance panel in a page of its own', () => {
  let harness: Harness;
  let page: Page;
  let problems: string[];

  async function open({
    theme = 'dark',
    width = 900,
    rows = 200,
  }: OpenOptions = {}): Promise<void> {
    const browser = await sharedBrowser();
    page = await browser.newPage({ viewport: { width, height: 900 }, bypassCSP: true });
    problems = [];
    page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
    await page.goto(`${harness.url}performance?theme=${theme}&rows=${rows}`);
    await page.getByRole('tab', { name: 'Requests' }).waitFor();
  }

  before(async () => {
    harness = await startHarness();
  });

  after(() => harness.close());

  afterEach(async () => {
    await page.close();
    assert.deepEqual(problems, []);
  });

  /** Waits for a request of this name and returns the last one's parameters. */
  async function lastAsked(name: string): Promise<unknown> {
    const found = await page.waitForFunction(
      (wanted) =>
        (globalThis as typeof globalThis & HarnessWindow).harness.host.asked.findLast(
          (one) => one.name === wanted,
        ),
      name,
    );
    return (await found.jsonValue())?.params;
  }

  async function keepPicture(name: string): Promise<void> {
    const folder = `${resultsDir}/screenshots/performance`;
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }

  for (const theme of themes) {
    it(`is accessible in ${theme}, section by section`, async () => {
      await open({ theme });
      for (const section of sections) {
        await page.getByRole('tab', { name: section }).first().click();
        await page.getByRole('tabpanel', { name: section }).waitFor();
        await page.waitForTimeout(100);
        await keepPicture(`${section}-${theme}`);
        assert.deepEqual(await findViolations(page), [], section);
      }
    });
  }

  it('fits into 300 px', async () => {
    await open({ width: 300 });
    for (const section of sections) {
      await page.getByRole('tab', { name: section }).first().click();
      await page.getByRole('tabpanel', { name: section }).waitFor();
      await keepPicture(`${section}-300px`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(width, 300, section);
    }
  });

  it('opens the waterfall of a request by keyboard, and goes back to the row', async () => {
    await open();
    await page.getByRole('tab', { name: 'Requests' }).focus();
    await page.locator('.perf-row').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const trace = page.getByRole('region', { name: 'Trace of Chat turn' });
    await trace.waitFor();
    await trace.getByRole('button', { name: /^Approval.*3\.9 s.*your time/ }).waitFor();
    await trace.getByRole('button', { name: /^run_command.*1\.2 s.*failed/ }).click();
    await trace.getByText('gen_ai.request.model').waitFor();
    await keepPicture('trace');
    assert.deepEqual(await findViolations(page), []);
    await page.keyboard.press('Escape');
    await trace.waitFor({ state: 'detached' });
    const row = await page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex'));
    assert.equal(row, '4');
  });

  it('zooms and moves along the time axis', async () => {
    await open();
    await page.locator('.perf-row').first().click();
    const axis = page.getByRole('toolbar', { name: 'Time axis' });
    await axis.getByRole('button', { name: 'Zoom in' }).click();
    await axis.getByText('2.1 s').waitFor();
    await axis.getByRole('button', { name: 'Earlier' }).click();
    await axis.getByText('1.1 s').waitFor();
    await axis.getByRole('button', { name: 'Show all' }).click();
    await axis.getByText('8.4 s').waitFor();
  });

  it('copies a trace, opens its thread, and says so where a trace is gone', async () => {
    await open();
    await page.getByRole('button', { name: 'Show the trace of Chat turn' }).click();
    await page.getByRole('button', { name: 'Copy as JSON' }).click();
    await page.getByRole('button', { name: 'Open thread' }).click();
    assert.deepEqual(await lastAsked('perf/copyTrace'), { traceId: 'trace-1' });
    assert.deepEqual(await lastAsked('perf/openThread'), { threadId: 'thread-1' });
    await page.locator('.perf-row[aria-rowindex="10"]').click();
    await page.getByRole('alert').getByText('no longer kept').waitFor();
  });

  it('filters, and sorts by any column', async () => {
    await open();
    await page.getByRole('checkbox', { name: 'Only failed' }).check();
    await page.getByText('12 of 200 requests').waitFor();
    await page.getByRole('checkbox', { name: 'Only failed' }).uncheck();
    await page.getByRole('searchbox', { name: 'Filter requests' }).fill('sonnet disk');
    await page.getByRole('columnheader', { name: 'Duration' }).getByRole('button').click();
    const header = page.getByRole('columnheader', { name: 'Duration' });
    assert.equal(await header.getAttribute('aria-sort'), 'descending');
    const models = await page.locator('.perf-row td:nth-child(3)').allTextContents();
    assert.ok(models.length > 0 && models.every((model) => model === 'Claude Sonnet 5.5'));
  });

  it('draws only what is in view of 10,000 requests, and takes new ones in', async () => {
    await open({ rows: 10_000 });
    await page.getByText('10,000 requests', { exact: true }).waitFor();
    const drawn = await page.locator('.perf-row').count();
    assert.ok(drawn < 80, `${drawn} rows are drawn`);
    await page.locator('.perf-requests').evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
    await page.locator('.perf-row[aria-rowindex="10001"]').waitFor();
    await page.evaluate(() => {
      const { host } = (globalThis as typeof globalThis & HarnessWindow).harness;
      host.addRow();
    });
    // The panel keeps 10,000: the oldest went.
    await page.waitForFunction(() => {
      const { asked: all } = (globalThis as typeof globalThis & HarnessWindow).harness.host;
      return all.filter((one) => one.name === 'perf/update').length > 2;
    });
    await page.locator('.perf-requests').evaluate((element) => {
      element.scrollTop = 0;
    });
    await page.locator('.perf-row[aria-rowindex="2"]').waitFor();
    assert.ok((await page.locator('.perf-row').count()) < 80);
  });

  it('moves through the tabs by the arrow keys', async () => {
    await open();
    await page.getByRole('tab', { name: 'Requests' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('tabpanel', { name: 'Alerts' }).waitFor();
    await page.getByText('Answers of Claude Sonnet 5.5 are slow').waitFor();
    await page.getByRole('button', { name: 'Snooze for an hour' }).click();
    assert.deepEqual(await lastAsked('perf/snoozeAlert'), { alertId: 'alert-1' });
    await page.getByRole('tab', { name: /^Alerts/ }).focus();
    await page.keyboard.press('Home');
    await page.getByRole('tabpanel', { name: 'Requests' }).waitFor();
  });

  it('has a table beside each chart', async () => {
    await open();
    await page.getByRole('tab', { name: 'Latency' }).click();
    await page.getByText('As a table').click();
    const table = page.getByRole('table', { name: 'Requests to models' });
    assert.equal(await table.getByRole('row').count(), 61);
    await page.getByRole('tab', { name: 'Cost' }).click();
    for (const name of ['Cost', 'Tokens']) {
      const group = page.getByRole('region', { name, exact: true });
      await group.getByText('As a table').click();
      const rows = group.getByRole('table', { name }).getByRole('row');
      assert.equal(await rows.count(), 61);
    }
  });

  it('tells of a host that fails, and of measuring that is off', async () => {
    await open();
    await page.evaluate(() => {
      (globalThis as typeof globalThis & HarnessWindow).harness.host.failure = 'The store is gone.';
    });
    await page.getByRole('alert').getByText('The store is gone.').waitFor();
    await page.evaluate(() => {
      const { host } = (globalThis as typeof globalThis & HarnessWindow).harness;
      host.failure = undefined;
      host.isOn = false;
    });
    await page.getByRole('button', { name: 'Turn it on in the settings' }).click();
    assert.deepEqual(await lastAsked('perf/openSettings'), {});
  });
});

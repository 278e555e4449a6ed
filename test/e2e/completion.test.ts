import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import { MessagesServer } from '../support/messagesServer.ts';
import type { RequestRecord } from '../support/messagesServerHttp.ts';
import { failure, text } from '../support/messagesServerScript.ts';
import { writeUserSettings } from '../support/userSettings.ts';
import { colorThemes, type Editor, startEditor } from './support/editor.ts';
import { editorPane, focusEditor } from './support/editorPane.ts';
import type { Workbench } from './support/workbenchPage.ts';

const settings = {
  'slipstream.endpointKind': 'anthropic',
  // VS Code's own list of words would come before it.
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
};
const themeClasses = { light: 'vs', dark: 'vs-dark', highContrast: 'hc-black' } as const;
const file = `export function total(lines) {
  return lines.length;
}

`;
const wanted = 'export const empty = total([]);';

/** The line as it is drawn, ghost text included: that has no role, and no element of its own. */
function drawnLine(workbench: Workbench, text: string): Locator {
  return editorPane(workbench).locator('.view-line').filter({ hasText: text });
}

/** Answers like a model that knows the line that is being typed. */
function complete(request: RequestRecord): ReturnType<typeof text> {
  const prompt = JSON.stringify(request.body?.['messages']);
  const [, typed = ''] = /.*<prefix>.*?([^\\>]*)<\/prefix>/.exec(prompt) ?? [];
  const line = typed.replace(/^n/, '');
  return text(`<fill>${wanted.startsWith(line) ? wanted.slice(line.length) : ''}</fill>`);
}

describe('Ghost text', () => {
  let server: MessagesServer;
  let editor: Editor;
  let workbench: Workbench;
  let count = 0;
  let path: string;

  before(async () => {
    server = await MessagesServer.start();
    editor = await startEditor({
      env: { ANTHROPIC_BASE_URL: server.endpoint, ANTHROPIC_API_KEY: server.apiKey },
      settings,
    });
    workbench = await editor.open();
  });

  after(async () => {
    await editor?.close();
    await server?.stop();
  });

  beforeEach(async () => {
    server.reset();
    server.respond(complete);
    // A file of its own for each test: what was rejected in one is remembered.
    count += 1;
    path = join(workbench.folder, `src/total${count}.js`);
    writeFileSync(path, file);
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile(`src/total${count}.js`);
    await focusEditor(workbench);
    await workbench.page.keyboard.press('Control+End');
  });

  afterEach(async () => {
    await workbench.runCommand('File: Revert File');
    const refused = server.messageRequests.filter(({ status }) => status === 400);
    assert.deepEqual(
      refused.map(({ path }) => path),
      [],
    );
  });

  /** Saves, and waits until that is what is in the file. */
  async function saved(content: string): Promise<void> {
    await workbench.runCommand('File: Save');
    for (let tries = 0; tries < 50 && readFileSync(path, 'utf8') !== content; tries += 1) {
      await sleep(100);
    }
    assert.equal(readFileSync(path, 'utf8'), content);
  }

  it('comes before the panel was ever opened, and Tab accepts it', async () => {
    const { page } = workbench;
    await page.keyboard.type('export const emp', { delay: 60 });
    await drawnLine(workbench, wanted).waitFor();
    await workbench.screenshot('completion');
    const asked = server.messageRequests.length;
    await page.keyboard.type('ty', { delay: 120 });
    await drawnLine(workbench, wanted).waitFor();
    assert.equal(server.messageRequests.length, asked, 'typing along asks nothing');
    await page.keyboard.press('Tab');
    await saved(file + wanted);
    assert.equal(server.messageRequests[0]?.body?.['model'], 'claude-haiku-5-5');
  });

  it('is not offered again where Escape sent it away', async () => {
    const { page } = workbench;
    await page.keyboard.type('export const emp', { delay: 60 });
    await drawnLine(workbench, wanted).waitFor();
    await page.keyboard.press('Escape');
    await drawnLine(workbench, wanted).waitFor({ state: 'hidden' });
    const asked = server.messageRequests.length;
    await page.keyboard.type('t', { delay: 60 });
    await sleep(500);
    await workbench.screenshot('completion-rejected');
    const count = await drawnLine(workbench, wanted).count();
    assert.equal(count, 0, 'typing towards it does not bring it back');
    assert.equal(server.messageRequests.length, asked);
    // Where something else is typed, the model is asked anew.
    server.respond(() => text('<fill>ry = 1;</fill>'));
    await page.keyboard.press('Backspace');
    await page.keyboard.type('i', { delay: 60 });
    await drawnLine(workbench, 'const empiry = 1;').waitFor();
    assert.ok(server.messageRequests.length > asked);
  });

  it('is accepted word by word, and goes on behind the word', async () => {
    const { page } = workbench;
    await page.keyboard.type('export const emp', { delay: 60 });
    await drawnLine(workbench, wanted).waitFor();
    await page.keyboard.press('ControlOrMeta+ArrowRight');
    await drawnLine(workbench, wanted).waitFor();
    await saved(`${file}export const empty`);
  });

  it('survives the bracket that the editor closes by itself', async () => {
    const { page } = workbench;
    await page.keyboard.type('export const empty = total', { delay: 60 });
    await drawnLine(workbench, wanted).waitFor();
    const asked = server.messageRequests.length;
    await page.keyboard.type('([', { delay: 120 });
    await drawnLine(workbench, wanted).waitFor();
    assert.equal(server.messageRequests.length, asked);
    await page.keyboard.press('Tab');
    await saved(file + wanted);
  });

  it('says in the status bar how it stands, and what can be done about it', async () => {
    const { page } = workbench;
    const status = page.getByRole('button', { name: /^Slipstream completions: / });
    await page.keyboard.type('export const emp', { delay: 60 });
    await drawnLine(workbench, wanted).waitFor();
    await page.getByRole('button', { name: /completions: Completions are on, by / }).waitFor();
    await status.click();
    await page.getByRole('option', { name: /Completions are on, by / }).waitFor();
    await page.getByRole('option', { name: /Turn off for the language JavaScript$/ }).waitFor();
    await page.getByRole('option', { name: /Turn off for this file/ }).waitFor();
    await workbench.screenshot('completion-menu');
    await page.getByRole('option', { name: /Snooze…/ }).click();
    await page.getByRole('option', { name: '5 minutes', exact: true }).click();
    await page.getByRole('button', { name: /Completions are snoozed until / }).waitFor();
    await status.click();
    await page.getByRole('option', { name: /End the snooze/ }).click();
    await page.getByRole('button', { name: /Completions are on/ }).waitFor();
  });

  it('is told apart from what is written, in every theme', async () => {
    const { page } = workbench;
    await page.keyboard.type('export const emp', { delay: 60 });
    for (const theme of ['light', 'highContrast', 'dark'] as const) {
      writeUserSettings(join(workbench.server.dataDir, 'data'), {
        ...settings,
        'workbench.colorTheme': colorThemes[theme],
      });
      await page.locator(`.monaco-workbench.${themeClasses[theme]}`).waitFor();
      await drawnLine(workbench, wanted).waitFor();
      const ghost = editorPane(workbench).locator('.view-line .ghost-text-decoration').first();
      const looks = (one: Locator): Promise<string> =>
        one.evaluate((element) => {
          const { color, fontStyle, opacity } = getComputedStyle(element);
          return [color, fontStyle, opacity].join(' ');
        });
      const code = drawnLine(workbench, wanted).locator('span > span').first();
      assert.notEqual(await looks(ghost), await looks(code));
      await workbench.screenshot(`completion-${theme}`);
      await page.getByRole('button', { name: /^Slipstream completions: / }).click();
      await page.getByRole('option', { name: /Turn off for this file/ }).waitFor();
      // It fades in.
      await sleep(300);
      await workbench.screenshot(`completion-menu-${theme}`);
      await page.keyboard.press('Escape');
      await focusEditor(workbench);
      await page.keyboard.press('Control+End');
      await page.keyboard.press('Backspace');
      await page.keyboard.type('p', { delay: 60 });
    }
  });

  it('tells of a failure there and nowhere else, and typing goes on', async () => {
    const { page } = workbench;
    server.respond(() => failure(401, 'authentication_error'));
    await page.keyboard.type('export const other', { delay: 60 });
    await page
      .getByRole('button', { name: /^Slipstream completions: (?!Completions are)/ })
      .waitFor();
    await page.keyboard.type(' = 1;', { delay: 60 });
    assert.match(await editorPane(workbench).innerText(), /other.=.1;/);
    assert.equal(await page.locator('.notification-toast').count(), 0);
    assert.ok(server.messageRequests.length <= 2, 'not one for each key');
  });
});

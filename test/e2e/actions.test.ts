import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, text } from '../support/messagesServerScript.ts';
import { writeUserSettings } from '../support/userSettings.ts';
import {
  assertNoneRefused,
  type ChatSession,
  startAnew,
  startChatSession,
} from './support/chatSession.ts';
import { colorThemes } from './support/editor.ts';
import { editorPane, focusEditor } from './support/editorPane.ts';

const pollMs = 50;
const broken = 'export const size = (;\n';
const part = [
  'export function total(prices) {',
  '  let sum = 0;',
  '  for (const price of prices) {',
  '    sum += price;',
  '  }',
  '  return sum;',
  '}',
];
const better = [
  '/** The sum of the prices, in cents. */',
  part[0],
  '  return prices.reduce((sum, price) => sum + price, 0);',
  '}',
];

/** A save takes out what is still being written, until its next line comes: not while it is pictured. */
const settings = {
  'files.autoSave': 'off',
  // So that a terminal's text stands in the page.
  'terminal.integrated.gpuAcceleration': 'off',
};

/** How a webview's body tells its theme. */
const bodies = {
  light: 'vscode-light',
  dark: 'vscode-dark',
  highContrast: 'vscode-high-contrast',
} as const;

describe('Code actions in the editor', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession({
      settings,
      files: { 'src/broken.js': broken, 'src/total.js': `${part.join('\n')}\n` },
    });
  });

  after(() => session?.close());

  beforeEach(() => startAnew(session));

  afterEach(() => assertNoneRefused(session.server));

  function fileText(name: string): string {
    return readFileSync(join(session.workbench.folder, name), 'utf8');
  }

  async function fileReads(name: string, wanted: string): Promise<void> {
    while (fileText(name) !== wanted) {
      await sleep(pollMs);
    }
  }

  it('fix a problem from the lightbulb, by keyboard alone', async () => {
    const { workbench, server } = session;
    const { page } = workbench;
    const edits = [{ old_text: '(;', new_text: '1;' }];
    server.reply(text(JSON.stringify({ edits, explanation: 'A value was missing.' })));
    await workbench.openFile('src/broken.js');
    await focusEditor(workbench);
    await page.locator('.squiggly-error').first().waitFor();
    await page.keyboard.press('F8');
    await page.keyboard.press('Escape');
    await page.keyboard.press('ControlOrMeta+Period');
    const fix = page.getByRole('option', { name: /Fix this problem with Slipstream/ });
    await fix.waitFor();
    await workbench.screenshot('actions-lightbulb');
    while (!(await isFocused())) {
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await fileReads('src/broken.js', 'export const size = 1;\n');
    await editorPane(workbench).getByText('Accept file').first().waitFor();

    async function isFocused(): Promise<boolean> {
      const focused = page.locator('.action-widget .monaco-list-row.focused');
      return /Fix this problem/.test((await focused.first().textContent()) ?? '');
    }
  });

  it('edit by keybinding while one looks on, and stop without a trace', async () => {
    const { workbench, server } = session;
    const { page } = workbench;
    const original = fileText('src/total.js');
    await workbench.openFile('src/total.js');
    await selectAll();
    const code = `\`\`\`js\n${better.join('\n')}\n\`\`\``;
    const fault = { kind: 'stall', after: { deltas: 12 } } as const;
    server.reply(answer(text(code), { deltaCharacters: 8, fault }));
    await page.keyboard.press('ControlOrMeta+Alt+KeyK');
    const input = page.locator('.quick-input-widget input').first();
    await input.fill('Use reduce, and say what it is');
    await workbench.screenshot('actions-edit-input');
    await page.keyboard.press('Enter');
    await editorPane(workbench).getByText('The sum of the prices').first().waitFor();
    await page.getByRole('button', { name: 'Stop the edit' }).first().waitFor();
    for (const theme of ['light', 'highContrast', 'dark'] as const) {
      await setTheme(theme);
      await workbench.screenshot(`actions-edit-${theme}`);
    }
    await focusEditor(workbench);
    await page.keyboard.press('Escape');
    await editorPane(workbench)
      .getByText('The sum of the prices')
      .first()
      .waitFor({ state: 'detached' });
    assert.equal(fileText('src/total.js'), original);

    // The same instruction is at hand, and now the answer is whole.
    server.reply(answer(text(code), { deltaCharacters: 8 }));
    await selectAll();
    await page.keyboard.press('ControlOrMeta+Alt+KeyK');
    await page.getByRole('option', { name: 'Use reduce, and say what it is' }).waitFor();
    await page.keyboard.press('Enter');
    await fileReads('src/total.js', `${better.join('\n')}\n`);
    await editorPane(workbench).getByText('Accept file').first().waitFor();
    await workbench.screenshot('actions-edit-review');
    await focusEditor(workbench);
    await page.keyboard.press('ControlOrMeta+KeyZ');
    await editorPane(workbench).getByText('let sum = 0').first().waitFor();
  });

  it('explain in the chat, from the editor’s menu', async () => {
    const { workbench, server, chat } = session;
    const { page } = workbench;
    server.reply(text('It reads a price.'));
    await workbench.openFile('src/money.js');
    await focusEditor(workbench);
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Slipstream' }).first().hover();
    const explain = page.getByRole('menuitem', { name: 'Explain', exact: true });
    await explain.waitFor();
    await workbench.screenshot('actions-menu');
    await explain.click();
    await chat.answers.last().getByText('It reads a price.').waitFor();
    await workbench.screenshot('actions-explained');
  });

  it('explain an error in the terminal, and give the clipboard back', async () => {
    const { workbench, server, chat } = session;
    const { page } = workbench;
    server.reply(text('There is no such file.'));
    await page.evaluate(() => navigator.clipboard.writeText('mine'));
    await workbench.runCommand('Terminal: Create New Terminal');
    const terminal = page.locator('.terminal-wrapper.active .xterm-screen').first();
    await terminal.waitFor();
    await terminal.click();
    await page.keyboard.type('cat missing-$((40+2))\n');
    const shown = page.locator('.terminal-wrapper.active .xterm-rows');
    await shown.getByText('No such file').first().waitFor();
    await workbench.runCommand('Terminal: Select All');
    await workbench.runCommand('Slipstream: Explain this error in the terminal');
    await chat.answers.last().getByText('There is no such file.').waitFor();
    assert.match(JSON.stringify(server.messageRequests.at(-1)?.body), /missing-42/);
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'mine');
    await workbench.screenshot('actions-terminal');
  });

  async function selectAll(): Promise<void> {
    await focusEditor(session.workbench);
    await session.workbench.page.keyboard.press('ControlOrMeta+KeyA');
  }

  async function setTheme(theme: keyof typeof colorThemes): Promise<void> {
    const { dataDir } = session.workbench.server;
    writeUserSettings(join(dataDir, 'data'), {
      'workbench.colorTheme': colorThemes[theme],
      'slipstream.endpointKind': 'anthropic',
      ...settings,
    });
    await session.workbench.chat.locator(`body.${bodies[theme]}`).waitFor();
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { text, toolUse } from '../support/messagesServerScript.ts';
import { writeUserSettings } from '../support/userSettings.ts';
import { type ChatSession, startAnew, startChatSession } from './support/chatSession.ts';
import { colorThemes } from './support/editor.ts';
import { editorPane } from './support/editorPane.ts';

const pollMs = 50;
const head = 'export function parsePrice(text) {';
const rounding = '  return Math.floor(amount * 100);';

describe('The review of each hunk', () => {
  let session: ChatSession;
  let file: string;
  let original: string;

  before(async () => {
    session = await startChatSession();
    file = join(session.workbench.folder, 'src/money.js');
    original = readFileSync(file, 'utf8');
  });

  after(() => session?.close());

  beforeEach(async () => {
    await startAnew(session);
    // Only where the test before has failed.
    const left = session.chat.button('Accept all');
    if (await left.isVisible()) {
      await left.click();
    }
  });

  it('takes one change and leaves the other, by keyboard alone', async () => {
    const { chat, workbench } = session;
    const { keyboard } = workbench.page;
    await edit();
    const list = chat.frame.getByRole('region', { name: 'Changes to review' });
    await list.getByText('1 changed file').waitFor();
    await list.getByRole('img', { name: '2 added, 1 removed' }).first().waitFor();
    await list.getByRole('button', { name: /^money\.js/ }).press('Enter');
    // The focus is in the editor now, at the first change.
    await editorPane(workbench).getByText('Accept file').first().waitFor();
    await workbench.page.locator('.monaco-editor.focused').waitFor();
    await keyboard.press('Alt+F5');
    await keyboard.press('Shift+Alt+F5');
    await workbench.screenshot('review');
    await keyboard.press('Shift+Alt+Backspace');
    await fileReads(original.replace(rounding, fixed));
    await keyboard.press('Shift+Alt+Enter');
    await list.waitFor({ state: 'detached' });
    assert.equal(readFileSync(file, 'utf8'), original.replace(rounding, fixed));
    // The rejected change comes back with Undo, and waits again.
    await keyboard.press('ControlOrMeta+KeyZ');
    await list.getByText('1 changed file').waitFor();
    await list.getByRole('button', { name: 'Reject all' }).click();
    await list.waitFor({ state: 'detached' });
    await fileReads(original.replace(rounding, fixed));
  });

  it('is still there after the window was reloaded', async () => {
    const { chat, workbench, server } = session;
    const cart = join(workbench.folder, 'src/cart.js');
    const before = readFileSync(cart, 'utf8');
    const [first = ''] = before.split('\n');
    const edits = [{ old_text: `${first}\n`, new_text: `// The cart.\n${first}\n` }];
    server.reply(toolUse('edit_file', { path: 'src/cart.js', edits }), text('I changed it.'));
    await chat.ask('Say what it is');
    await chat.allow('edit_file');
    await chat.answers.last().getByText('I changed it.').waitFor();
    await chat.idle();
    const list = chat.frame.getByRole('region', { name: 'Changes to review' });
    await list.getByText('1 changed file').waitFor();
    // Written a moment after the last change.
    await sleep(1_000);
    await workbench.reload();
    await workbench.openChat();
    await list.getByText('1 changed file').waitFor();
    await list.getByRole('button', { name: 'Reject cart.js' }).click();
    await list.waitFor({ state: 'detached' });
    while (readFileSync(cart, 'utf8') !== before) {
      await sleep(pollMs);
    }
  });

  it('is pictured in every theme, narrow and wide', async () => {
    const { chat, workbench, server } = session;
    await workbench.runCommand('View: Close All Editors');
    server.reply(
      toolUse('edit_file', { path: 'src/cart.js', edits: cartEdits }),
      toolUse('write_file', { path: 'src/tax.js', content: 'export const taxPercent = 19;\n' }),
      text('I changed both.'),
    );
    await chat.ask('Round once, and add the tax');
    await chat.allow('edit_file');
    await chat.allow('write_file');
    await chat.answers.last().getByText('I changed both.').waitFor();
    await chat.idle();
    const list = chat.frame.getByRole('region', { name: 'Changes to review' });
    await list.getByRole('button', { name: /^cart\.js/ }).press('Enter');
    await editorPane(workbench).getByText('Accept file').first().waitFor();
    for (const theme of ['light', 'highContrast', 'dark'] as const) {
      writeUserSettings(join(workbench.server.dataDir, 'data'), {
        'slipstream.endpointKind': 'anthropic',
        'workbench.colorTheme': colorThemes[theme],
      });
      await chat.frame.locator(`body.${themeClasses[theme]}`).waitFor();
      for (const width of [820, 1_400]) {
        await workbench.page.setViewportSize({ width, height: 900 });
        await sleep(settleMs);
        await workbench.screenshot(`review-${theme}-${width}`);
      }
    }
    await workbench.runCommand('Slipstream: Show changes to review');
    await workbench.page.locator('.monaco-diff-editor').first().waitFor();
    await sleep(settleMs);
    await workbench.screenshot('review-diff');
    await list.getByRole('button', { name: 'Accept all' }).click();
    await list.waitFor({ state: 'detached' });
  });

  async function edit(): Promise<void> {
    const { chat, server } = session;
    server.reply(
      toolUse('edit_file', {
        path: 'src/money.js',
        edits: [
          { old_text: head, new_text: `// Reads a price.\n${head}` },
          { old_text: rounding, new_text: fixed },
        ],
      }),
      text('I changed it.'),
    );
    await chat.ask('Fix the rounding');
    await chat.allow('edit_file');
    await chat.answers.last().getByText('I changed it.').waitFor();
    await chat.idle();
  }

  async function fileReads(wanted: string): Promise<void> {
    while (readFileSync(file, 'utf8') !== wanted) {
      await sleep(pollMs);
    }
  }
});

/** A line removed, one changed, several in the place of one, and lines added. */
const cartEdits = [
  { old_text: "import { percentOf } from './money.js';\n", new_text: '' },
  { old_text: 'FromCents = 3000;', new_text: 'FromCents = 4_900;' },
  {
    old_text: '  /** @param {Discount} discount */\n',
    new_text:
      '  /**\n   * Takes part of what the goods cost away.\n   * @param {Discount} discount\n   */\n',
  },
  {
    old_text: '    this.options.discounts.push(discount);\n',
    new_text:
      "    if (discount.percent > 100) {\n      throw new RangeError('Nobody is paid for buying.');\n    }\n    this.options.discounts.push(discount);\n",
  },
];

const themeClasses = {
  light: 'vscode-light',
  dark: 'vscode-dark',
  highContrast: 'vscode-high-contrast',
} as const;

/** Decorations and lenses follow a new size or theme within a few frames. */
const settleMs = 700;

const fixed = '  return Math.round(amount * 100);';

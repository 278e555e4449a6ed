import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Frame } from 'playwright-core';
import { answer, text, thinking, toolUse } from '../support/messagesServerScript.ts';
import { writeUserSettings } from '../support/userSettings.ts';
import { type ChatPage, openChatPage } from './support/chatPage.ts';
import { type ChatSession, startChatSession } from './support/chatSession.ts';
import { colorThemes, type Editor, startEditor } from './support/editor.ts';
import type { Workbench } from './support/workbenchPage.ts';

const settings = { 'slipstream.endpointKind': 'anthropic' };
const themes = {
  light: 'vscode-light',
  dark: 'vscode-dark',
  highContrast: 'vscode-high-contrast',
} as const;
/** The panel's own width, which is VS Code's default, and one that somebody drags it to. */
const widths = { narrow: 348, wide: 820 } as const;

describe('How it looks', () => {
  let offline: Editor;
  let firstRun: Workbench;
  let firstChat: ChatPage;
  let session: ChatSession;

  before(async () => {
    offline = await startEditor();
    firstRun = await offline.open();
    firstChat = await openChatPage(firstRun);
    session = await startChatSession({ settings });
    await session.workbench.openFile('src/cart.js');
    await converse(session);
  });

  after(async () => {
    await offline?.close();
    await session?.close();
  });

  for (const theme of ['light', 'dark', 'highContrast'] as const) {
    it(`is pictured in ${theme}, and is accessible`, async () => {
      const { chat, workbench } = session;
      await setTheme(firstRun, theme);
      await setTheme(workbench, theme);
      for (const width of ['narrow', 'wide'] as const) {
        const picture = (window: Workbench, name: string): Promise<string> =>
          window.screenshot(`${name}-${theme}-${width}`);
        await firstRun.page.bringToFront();
        await dragTo(firstRun, widths[width]);
        await firstChat.conversation.waitFor();
        await picture(firstRun, 'offline');

        await workbench.page.bringToFront();
        await dragTo(workbench, widths[width]);
        await chat.conversation.evaluate((element) => element.scrollTo(0, 0));
        await picture(workbench, 'conversation');
        await chat.conversation
          .getByRole('table')
          .evaluate((table) => table.scrollIntoView({ block: 'center' }));
        await codeIsColoured(chat);
        await picture(workbench, 'answer');
        await chat.approval('edit_file').scrollIntoViewIfNeeded();
        await codeIsColoured(chat);
        await picture(workbench, 'approval');
        const rows = await chat.search('price');
        await rows.getByText('price', { exact: true }).first().waitFor();
        await picture(workbench, 'history');
        const violations = await findViolations(chat);
        await chat.button('Close history').click();
        await chat.history.waitFor({ state: 'detached' });
        assert.deepEqual(violations, [], 'history');
      }
      assert.deepEqual(await findViolations(chat), [], 'conversation');
      await firstRun.page.bringToFront();
      assert.deepEqual(await findViolations(firstChat), [], 'first run');
    });
  }
});

/** Two finished threads, and one with everything that waits for approval. */
async function converse({ chat, server }: ChatSession): Promise<void> {
  server.reply(text('A price is read with `parsePrice` (`src/money.js:6`).'), text('Fine.'));
  await chat.askFor('How is a price read?', 'parsePrice');
  await chat.newThread();
  await chat.askFor('Is the price list sorted?', 'Fine.');
  await chat.newThread();
  const failing = 'node --test test/money.test.js';
  server.reply(
    answer([
      thinking('Let me look at how prices are read, and run the tests.'),
      text('I look at the code and run its tests.'),
      toolUse('search', { pattern: 'parsePrice' }),
      toolUse('read_file', { path: 'src/money.js' }),
      toolUse('run_command', { command: failing }),
    ]),
    answer([text(report), toolUse('edit_file', { path: 'src/money.js', edits })]),
  );
  await chat.ask('Why is 19.99 read as 1998 cents? Fix it, please.');
  await chat.allow('run_command');
  await chat.approval('edit_file').waitFor();
  await chat.unfold(failing);
}

/** VS Code takes over what is written to its settings. */
async function setTheme(window: Workbench, theme: keyof typeof themes): Promise<void> {
  writeUserSettings(join(window.server.dataDir, 'data'), {
    ...settings,
    'workbench.colorTheme': colorThemes[theme],
  });
  await window.chat.locator(`body.${themes[theme]}`).waitFor();
}

/** Drags the border of the side bar to this place. */
async function dragTo({ page }: Workbench, x: number): Promise<void> {
  const sideBar = page.locator('.part.sidebar');
  const box = await sideBar.boundingBox();
  assert.ok(box);
  const y = box.y + box.height / 3;
  await page.mouse.move(box.x + box.width, y);
  await page.mouse.down();
  await page.mouse.move(x, y, { steps: 5 });
  await page.mouse.up();
  // Away from the border and from everything that would show that it is pointed at.
  await page.mouse.move(x + 150, y);
}

/** Colours come when the page has nothing else to do. */
async function codeIsColoured(chat: ChatPage): Promise<void> {
  const frame = await innerFrame(chat);
  await frame.waitForFunction(() => [...CSS.highlights.values()].some(({ size }) => size > 0));
}

/** The panel's own frame, for scripts: those of a test are not held by its content policy. */
async function innerFrame(chat: ChatPage): Promise<Frame> {
  const body = await chat.frame.locator('body').elementHandle();
  const frame = await body?.ownerFrame();
  assert.ok(frame);
  return frame;
}

/** Serious and critical findings of axe in the panel, each with where it is. */
async function findViolations(chat: ChatPage): Promise<readonly string[]> {
  const frame = await innerFrame(chat);
  await frame.evaluate(readFileSync(axePath, 'utf8'));
  const { violations } = await frame.evaluate(() =>
    (globalThis as typeof globalThis & { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const edits = [
  {
    old_text: '  return Math.floor(amount * 100);',
    new_text:
      '  // 19.99 * 100 is a little less than 1999: rounding down would lose a cent.\n  return Math.round(amount * 100);',
  },
];

const report = `The price is **rounded down** in \`parsePrice\` (\`src/money.js:11\`): in binary, \`19.99 * 100\` is 1998.9999…

| input | read as | should be |
|---|---:|---:|
| 19.99 | 1998 | 1999 |
| 5 | 500 | 500 |

Rounding to the *nearest* cent is right:

\`\`\`js src/money.js
export function parsePrice(text) {
  const amount = Number(text.trim());
  if (!Number.isFinite(amount) || amount < 0) {
    throw new RangeError(\`Not a price: \${text}\`);
  }
  return Math.round(amount * 100);
}
\`\`\`

1. I change that line.
2. Then the tests should pass.
`;

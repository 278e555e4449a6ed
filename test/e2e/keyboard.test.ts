import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { answer, text, toolUse } from '../support/messagesServerScript.ts';
import { assertNoneRefused, type ChatSession, startChatSession } from './support/chatSession.ts';

describe('The panel by keyboard alone', () => {
  let session: ChatSession;
  const press = (key: string): Promise<void> => session.workbench.page.keyboard.press(key);
  const type = (what: string): Promise<void> => session.workbench.page.keyboard.type(what);

  before(async () => {
    session = await startChatSession();
    await session.workbench.openFile('src/money.js');
  });

  after(() => session?.close());

  afterEach(() => assertNoneRefused(session.server));

  it('takes the focus from the editor, and sends with Enter', async () => {
    const { chat, server } = session;
    server.reply(text('Hello to you.'));
    await press('Control+Alt+KeyJ');
    await hasFocus(chat.input);
    await type('Say hello');
    await press('Shift+Enter');
    await type('politely');
    await press('Enter');
    await chat.answers.first().getByText('Hello to you.').waitFor();
    await chat.idle();
    assert.equal(await chat.questions.first().innerText(), 'Say hello\npolitely');
    await hasFocus(chat.input);
  });

  it('reaches what waits for approval with Alt+A, and goes back to the input', async () => {
    const { chat, server, workbench } = session;
    const line = 'export function parsePrice(text) {';
    const edits = [{ old_text: line, new_text: `// by keyboard\n${line}` }];
    server.reply(toolUse('edit_file', { path: 'src/money.js', edits }), text('Changed.'));
    await type('Add a comment');
    await press('Enter');
    const approval = chat.approval('edit_file');
    await approval.waitFor();
    await press('Alt+KeyA');
    const allow = approval.getByRole('button', { name: 'Allow', exact: true });
    await tabTo(allow);
    await press('Enter');
    await chat.answers.nth(1).getByText('Changed.').waitFor();
    await chat.idle();
    await hasFocus(chat.input);
    const changed = readFileSync(join(workbench.folder, 'src/money.js'), 'utf8');
    assert.match(changed, /^\/\/ by keyboard$/m);
  });

  it('reaches what waits for approval with Tab, too', async () => {
    const { chat, server } = session;
    server.reply(toolUse('run_command', { command: 'echo hello' }), text('As you wish.'));
    await type('Run it');
    await press('Enter');
    const approval = chat.approval('run_command');
    await approval.waitFor();
    const deny = approval.getByRole('button', { name: 'Deny' });
    await tabTo(deny, 'Shift+Tab');
    await press('Space');
    await chat.answers.nth(2).getByText('As you wish.').waitFor();
    await chat.idle();
    await hasFocus(chat.input);
  });

  it('edits the last message with ArrowUp', async () => {
    const { chat, server } = session;
    server.reply(text('Walked.'));
    await press('ArrowUp');
    const edited = chat.frame.getByRole('textbox', { name: 'Edited message' });
    await hasFocus(edited);
    assert.equal(await edited.inputValue(), 'Run it');
    await press('Control+KeyA');
    await type('Walk it');
    await press('Enter');
    await chat.answers.nth(2).getByText('Walked.').waitFor();
    await chat.idle();
    await hasFocus(chat.input);
  });

  it('stops with Escape', async () => {
    const { chat, server } = session;
    server.reply(answer(text('on and on '.repeat(2_000)), { deltasPerSecond: 30 }));
    await type('Talk');
    await press('Enter');
    await chat.answers.last().getByText('on and on').waitFor();
    await press('Escape');
    await chat.idle();
    const request = server.messageRequests.at(-1);
    await request?.closed;
    assert.ok(request?.isAborted);
  });

  it('starts a thread, and finds another in the history', async () => {
    const { chat } = session;
    await tabTo(chat.button('New thread'), 'Shift+Tab');
    await press('Enter');
    await chat.questions.first().waitFor({ state: 'detached' });
    await hasFocus(chat.input);
    await tabTo(chat.button('History'), 'Shift+Tab');
    await press('Enter');
    await hasFocus(chat.history.getByRole('searchbox'));
    await type('politely');
    await chat.history.getByRole('listitem').first().waitFor();
    await press('ArrowDown');
    await press('Enter');
    await chat.history.waitFor({ state: 'detached' });
    await chat.answers.first().getByText('Hello to you.').waitFor();
    await hasFocus(chat.input);
  });

  it('leaves the history with Escape, renames and deletes in it', async () => {
    const { chat } = session;
    await tabTo(chat.button('History'), 'Shift+Tab');
    await press('Enter');
    const rows = chat.history.getByRole('listitem');
    await rows.first().waitFor();
    await press('ArrowDown');
    await press('F2');
    await hasFocus(chat.history.getByRole('textbox', { name: 'Thread title' }));
    await press('Control+KeyA');
    await type('Named by keyboard');
    await press('Enter');
    const row = rows.getByRole('button', { name: /^Named by keyboard/ }).first();
    await hasFocus(row);
    await press('Delete');
    await rows.filter({ hasText: 'Named by keyboard' }).waitFor({ state: 'detached' });
    await chat.button('Undo').waitFor();
    await press('Escape');
    await chat.history.waitFor({ state: 'detached' });
    await hasFocus(chat.input);
  });

  it('opens and leaves its menu', async () => {
    const { chat } = session;
    await tabTo(chat.button('More actions'), 'Shift+Tab');
    await press('Enter');
    await hasFocus(chat.frame.getByRole('menuitem').first());
    await press('ArrowDown');
    await hasFocus(chat.frame.getByRole('menuitem').nth(1));
    await press('Escape');
    await hasFocus(chat.button('More actions'));
  });

  async function hasFocus(target: Locator): Promise<void> {
    await target.and(session.chat.frame.locator(':focus')).waitFor();
  }

  /** As often as somebody would who looks for it. */
  async function tabTo(target: Locator, key = 'Tab'): Promise<void> {
    const focused = target.and(session.chat.frame.locator(':focus'));
    for (let presses = 0; presses < 40; presses += 1) {
      if ((await focused.count()) > 0) {
        return;
      }
      await press(key);
    }
    assert.fail(`${target} is not reached by ${key}.`);
  }
});

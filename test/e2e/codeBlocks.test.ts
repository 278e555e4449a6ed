import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from '../support/messagesServerScript.ts';
import { type ChatSession, startAnew, startChatSession } from './support/chatSession.ts';
import { editorPane, focusEditor } from './support/editorPane.ts';

const code = `export function parsePrice(text) {
  return Math.round(Number(text.trim()) * 100);
}`;
const pollMs = 50;

describe('Code in an answer', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession();
  });

  after(() => session?.close());

  beforeEach(async () => {
    const { chat, server, workbench } = session;
    await startAnew(session);
    await workbench.runCommand('View: Close All Editors');
    await workbench.openChat();
    server.reply(text(`Use this:\n\n\`\`\`js src/money.js\n${code}\n\`\`\``));
    await workbench.openFile('src/main.js');
    await chat.askFor('Fix parsePrice', 'Use this');
  });

  it('is copied without its fence', async () => {
    const { chat, workbench } = session;
    await chat.button('Copy code').click();
    await workbench.page.waitForFunction(
      async (expected) => (await navigator.clipboard.readText()).trim() === expected,
      code,
    );
  });

  it('is inserted at the cursor, as one step to undo', async () => {
    const { chat, workbench } = session;
    const original = read('src/main.js');
    await chat.button('Insert at cursor').click();
    await editorPane(workbench).getByText('parsePrice').first().waitFor();
    await workbench.runCommand('File: Save');
    await untilFile('src/main.js', (content) => content === code + original);
    await focusEditor(workbench);
    await workbench.page.keyboard.press('ControlOrMeta+KeyZ');
    await workbench.runCommand('File: Save');
    await untilFile('src/main.js', (content) => content === original);
  });

  it('leaves the file as it is when the difference is discarded', async () => {
    const { chat, workbench } = session;
    const before = read('src/money.js');
    await chat.button('Apply').click();
    const tab = workbench.page.getByRole('tab', { name: /money\.js \(suggested\)/ });
    await tab.waitFor();
    await workbench.page.getByRole('button', { name: 'Discard change' }).click();
    await tab.waitFor({ state: 'detached' });
    assert.equal(read('src/money.js'), before);
  });

  it('is applied to the file that it names, after a look at the difference', async () => {
    const { chat, workbench } = session;
    const before = read('src/money.js');
    await chat.button('Apply').click();
    await workbench.page.getByRole('tab', { name: /money\.js \(suggested\)/ }).waitFor();
    assert.equal(read('src/money.js'), before, 'nothing is written before the word');
    await workbench.page.getByRole('button', { name: 'Apply change' }).click();
    await untilFile('src/money.js', (content) => content.includes('Math.round(Number('));
    const after = read('src/money.js');
    assert.ok(after.includes('export function percentOf'), 'the rest of the file is kept');
    assert.ok(!after.includes('Math.floor(amount'), 'the function was replaced, not added');
  });

  function read(path: string): string {
    return readFileSync(join(session.workbench.folder, path), 'utf8');
  }

  async function untilFile(path: string, isRight: (content: string) => boolean): Promise<void> {
    while (!isRight(read(path))) {
      await sleep(pollMs);
    }
  }
});

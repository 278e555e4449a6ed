import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, text, toolUse } from '../support/messagesServerScript.ts';
import {
  assertNoneRefused,
  type ChatSession,
  lastMessages,
  startAnew,
  startChatSession,
} from './support/chatSession.ts';

const pollMs = 50;
const firstLine = 'export function parsePrice(text) {';

describe('Files and thread restored', () => {
  let session: ChatSession;
  let changed: string;
  let made: string;
  let original: string;

  before(async () => {
    const settings = { 'slipstream.approvals.tools': { edit_file: 'allow', write_file: 'allow' } };
    session = await startChatSession({ settings });
    changed = join(session.workbench.folder, 'src/money.js');
    made = join(session.workbench.folder, 'src/made.js');
    original = readFileSync(changed, 'utf8');
  });

  after(() => session?.close());

  beforeEach(() => startAnew(session));

  afterEach(() => assertNoneRefused(session.server));

  /** A turn that edits one file and makes another. */
  async function change(question: string): Promise<void> {
    const { chat, server } = session;
    const edits = [{ old_text: firstLine, new_text: `// by the model\n${firstLine}` }];
    server.reply(
      answer([
        toolUse('edit_file', { path: 'src/money.js', edits }),
        toolUse('write_file', { path: 'src/made.js', content: 'export const made = 1;\n' }),
      ]),
      text('Both are changed.'),
    );
    await chat.askFor(question, 'Both are changed.');
    assert.match(readFileSync(changed, 'utf8'), /by the model/);
    assert.equal(existsSync(made), true);
  }

  async function areRestored(): Promise<void> {
    while (existsSync(made) || readFileSync(changed, 'utf8') !== original) {
      await sleep(pollMs);
    }
  }

  async function press(name: string): Promise<void> {
    const { chat } = session;
    await chat.questions.last().hover();
    await chat.questions.last().getByRole('button', { name, exact: true }).click();
  }

  it('takes two files back on disk, and that back again', async () => {
    const { chat } = session;
    await change('Change both');
    await press('Restore files');
    const card = chat.conversation.getByRole('group', { name: 'Restore files' });
    await card.getByText('src/made.js').waitFor();
    await card.getByText('is deleted').waitFor();
    await card.getByRole('button', { name: 'Restore', exact: true }).click();
    await areRestored();
    await chat.conversation.getByRole('button', { name: 'Take back' }).click();
    while (!existsSync(made) || !readFileSync(changed, 'utf8').includes('by the model')) {
      await sleep(pollMs);
    }
    await press('Restore files');
    await card.getByRole('button', { name: 'Restore', exact: true }).click();
    await areRestored();
  });

  it('takes the conversation back as well, and goes on from there', async () => {
    const { chat, server } = session;
    await change('Change both, please');
    await press('Restore files and thread');
    const card = chat.conversation.getByRole('group', { name: 'Restore files' });
    await card.getByRole('button', { name: 'Restore files and thread' }).click();
    await areRestored();
    await chat.questions.first().waitFor({ state: 'detached' });
    while ((await chat.input.inputValue()) !== 'Change both, please') {
      await sleep(pollMs);
    }
    server.reply(text('I leave them alone.'));
    await chat.askFor('Change nothing', 'I leave them alone.');
    assert.doesNotMatch(lastMessages(server), /Change both/);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { text, toolUse } from '../support/messagesServerScript.ts';
import { descendants } from '../support/processTree.ts';
import {
  assertNoneRefused,
  type ChatSession,
  lastMessages,
  startAnew,
  startChatSession,
} from './support/chatSession.ts';
import { editorPane, focusEditor } from './support/editorPane.ts';

const firstLine = 'export function parsePrice(text) {';
const pollMs = 50;

describe('The tools of a model', () => {
  let session: ChatSession;
  let file: string;
  let original: string;

  before(async () => {
    session = await startChatSession();
    file = join(session.workbench.folder, 'src/money.js');
    original = readFileSync(file, 'utf8');
  });

  after(() => session?.close());

  beforeEach(() => startAnew(session));

  afterEach(() => assertNoneRefused(session.server));

  it('leaves a file alone when the edit is denied', async () => {
    const { chat, server } = session;
    server.reply(edit('// denied'), text('I left it.'));
    await chat.ask('Add a comment');
    const approval = chat.approval('edit_file');
    await approval.getByText('// denied').waitFor();
    assert.equal(readFileSync(file, 'utf8'), original, 'nothing is written before the answer');
    await approval.getByRole('button', { name: 'Deny' }).click();
    await chat.answers.first().getByText('I left it.').waitFor();
    await chat.idle();
    assert.equal(readFileSync(file, 'utf8'), original);
    await chat.answers.first().getByText('Denied').waitFor();
    assert.match(lastMessages(server), /"is_error":true/);
  });

  it('shows an edit in the diff editor before it is allowed', async () => {
    const { chat, server, workbench } = session;
    server.reply(edit('// proposed'), text('I left it.'));
    await chat.ask('Add a comment');
    const approval = chat.approval('edit_file');
    await approval.getByRole('button', { name: 'Open diff' }).click();
    await workbench.page.getByText('// proposed').first().waitFor();
    await approval.getByRole('button', { name: 'Deny' }).click();
    await chat.idle();
    await workbench.runCommand('View: Close All Editors');
  });

  it('edits a file once the edit is allowed; undo in the editor takes it back', async () => {
    const { chat, server, workbench } = session;
    const changed = editorPane(workbench).getByText('// allowed');
    server.reply(edit('// allowed'), text('I changed it.'));
    await workbench.openFile('src/money.js');
    await chat.ask('Add a comment');
    await chat.allow('edit_file');
    await chat.answers.first().getByText('I changed it.').waitFor();
    await chat.idle();
    assert.match(lastMessages(server), /Edited src\/money\.js/);
    await fileHolds(`// allowed\n${firstLine}`);
    await workbench.openFile('src/money.js');
    await changed.waitFor();
    await focusEditor(workbench);
    await workbench.page.keyboard.press('ControlOrMeta+KeyZ');
    await changed.waitFor({ state: 'detached' });
    await workbench.runCommand('File: Save');
    await fileHolds(original);
  });

  it('runs a command after asking, and asks no more for the like in this thread', async () => {
    const { chat, server } = session;
    const run = toolUse('run_command', { command: 'npm test' });
    server.reply(run, run, text('Both runs fail alike.'));
    await chat.ask('Run the tests twice');
    const approval = chat.approval('run_command');
    await approval.getByText('npm test', { exact: true }).waitFor();
    await approval.getByRole('button', { name: 'Allow in this thread' }).click();
    await chat.answers.first().getByText('Both runs fail alike.').waitFor();
    await chat.idle();
    assert.equal(server.messageRequests.length, 3);
    assert.match(lastMessages(server), /exit code 1|exited with/i);
    // Another thread has not been given leave.
    await chat.newThread();
    server.reply(run, text('As you like.'));
    await chat.ask('Run the tests');
    await chat.approval('run_command').getByRole('button', { name: 'Deny' }).click();
    await chat.answers.first().getByText('As you like.').waitFor();
  });

  it('streams the output of a command to its card, and stops all that it started', async () => {
    const { chat, server } = session;
    // Fractions make these sleeps known among all processes of the machine.
    const long = `sleep 600.${process.pid} & sleep 601.${process.pid}`;
    server.reply(toolUse('run_command', { command: `echo it has begun; ${long}` }));
    await chat.ask('Wait a while');
    await chat.allow('run_command');
    const card = await chat.unfold('Run echo');
    await card.getByRole('group', { name: 'Output' }).getByText('it has begun').waitFor();
    await sleepersAre(2);
    await chat.button('Stop').click();
    await chat.idle();
    await card.getByText('Stopped', { exact: true }).waitFor();
    await sleepersAre(0);
    server.reply(text('Done waiting.'));
    await chat.askFor('Go on', 'Done waiting.');
    assert.match(lastMessages(server), /it has begun/, 'the model sees the output so far');
  });

  it('shows what a tool was given and what it found, folded', async () => {
    const { chat, server } = session;
    server.reply(toolUse('search', { pattern: 'percentOf' }), text('It is used in the cart.'));
    await chat.askFor('Where is percentOf used?', 'used in the cart');
    assert.equal(await chat.conversation.getByText('src/cart.js').isVisible(), false);
    const card = await chat.unfold('Search');
    await card.getByRole('group', { name: 'Output' }).getByText('src/cart.js').waitFor();
    await card.getByRole('group', { name: 'Input' }).getByText('percentOf').waitFor();
  });

  async function fileHolds(wanted: string): Promise<void> {
    while (!readFileSync(file, 'utf8').includes(wanted)) {
      await sleep(pollMs);
    }
  }

  function edit(line: string) {
    return toolUse('edit_file', {
      path: 'src/money.js',
      edits: [{ old_text: firstLine, new_text: `${line}\n${firstLine}` }],
    });
  }
});

/** Resolves when so many of the command's sleeps run, wherever in the process tree they are. */
async function sleepersAre(count: number): Promise<void> {
  const pattern = new RegExp(`^sleep 60[01]\\.${process.pid}$`);
  while (descendants(1).filter(({ command }) => pattern.test(command)).length !== count) {
    await sleep(pollMs);
  }
}

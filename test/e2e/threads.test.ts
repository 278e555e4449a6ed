import assert from 'node:assert/strict';
import { answer, text } from '../support/messagesServerScript.ts';
import { openChatPage } from './support/chatPage.ts';
import {
  assertNoneRefused,
  type ChatSession,
  lastMessages,
  startAnew,
  startChatSession,
} from './support/chatSession.ts';
import { editorPane } from './support/editorPane.ts';

describe('Threads', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession();
  });

  after(() => session?.close());

  beforeEach(() => startAnew(session));

  afterEach(() => assertNoneRefused(session.server));

  it('keep a draft each, through switching and a reload', async () => {
    const { chat, server, workbench } = session;
    server.reply(text('Hello.'));
    await chat.askFor('First thread', 'Hello.');
    await chat.input.fill('half a thought');
    await chat.newThread();
    assert.equal(await chat.input.inputValue(), '');
    await chat.input.fill('another thought');
    await chat.openThread('First thread');
    assert.equal(await chat.input.inputValue(), 'half a thought');
    await workbench.reload();
    await openChatPage(workbench);
    await chat.questions.getByText('First thread').waitFor();
    assert.equal(await chat.input.inputValue(), 'half a thought');
    await chat.input.fill('');
  });

  it('are found by their title and by words of their text', async () => {
    const { chat, server } = session;
    server.reply(text('The rounding of percentOf truncates.'), text('In the garden.'));
    await chat.askFor('Where is the treasure?', 'truncates');
    await chat.newThread();
    await chat.askFor('Where is the cat?', 'garden');
    await chat.newThread();
    const rows = await chat.search('treasure');
    await rows.getByText('Where is the treasure?').first().waitFor();
    await rows.getByText('Where is the cat?').waitFor({ state: 'detached' });
    assert.equal(await rows.count(), 1);
    await chat.search('trunc');
    await rows.getByText('The rounding of percentOf').waitFor();
    assert.equal(await rows.count(), 1);
    await chat.search('no such words anywhere');
    await chat.history.getByText('No thread mentions').waitFor();
    await chat.openThread('Where is the treasure?', 'truncates');
    await chat.answers.getByText('percentOf').waitFor();
  });

  it('are renamed in the list and in the header', async () => {
    const { chat, server } = session;
    server.reply(text('Fine.'));
    await chat.askFor('How are prices read?', 'Fine.');
    await chat.search('How are prices');
    await chat.button('Rename How are prices read?').click();
    const field = chat.history.getByRole('textbox', { name: 'Thread title' });
    await field.fill('Prices');
    await field.press('Enter');
    await chat.search('Prices');
    await chat.history.getByRole('listitem').getByText('Prices', { exact: true }).waitFor();
    await chat.button('Close history').click();
    await chat.frame.getByRole('heading', { name: 'Prices' }).waitFor();
    await chat.chooseFromMenu('Rename');
    await chat.frame.getByRole('textbox', { name: 'Thread title' }).fill('All prices');
    await chat.frame.getByRole('textbox', { name: 'Thread title' }).press('Enter');
    await chat.frame.getByRole('heading', { name: 'All prices' }).waitFor();
    const rows = await chat.search('All prices');
    await rows.getByText('All prices', { exact: true }).waitFor();
  });

  it('are deleted, and come back with Undo', async () => {
    const { chat, server } = session;
    server.reply(text('Rubbish.'));
    await chat.askFor('A thread to delete', 'Rubbish.');
    await chat.newThread();
    const rows = (await chat.search('')).filter({ hasText: 'A thread to delete' });
    await chat.button('Delete A thread to delete').click();
    await rows.waitFor({ state: 'detached' });
    await chat.button('Undo').click();
    await rows.waitFor();
    await chat.openThread('A thread to delete');
    await chat.answers.getByText('Rubbish.').waitFor();
    // The one that is shown, from its own menu.
    await chat.chooseFromMenu('Delete');
    await chat.questions.first().waitFor({ state: 'detached' });
    await chat.button('Undo').click();
    await chat.answers.getByText('Rubbish.').waitFor();
  });

  it('are exported as markdown', async () => {
    const { chat, server, workbench } = session;
    server.reply(text('It is **sold out**.'));
    await chat.askFor('What of the tea?', 'sold out');
    await chat.chooseFromMenu('Export as markdown');
    const editor = editorPane(workbench);
    await editor.getByText('# What of the tea?').waitFor();
    await editor.getByText('It is **sold out**.').waitFor();
    await workbench.page.getByRole('tab', { name: /Untitled-1/ }).waitFor();
    await workbench.runCommand('View: Revert and Close Editor');
  });

  it('are still there after a reload in mid-answer, with what had come', async () => {
    const { chat, server, workbench } = session;
    server.reply(answer(text('word '.repeat(3_000)), { deltasPerSecond: 20 }));
    await chat.ask('A long story, please');
    await chat.answers.first().getByText('word word').waitFor();
    await workbench.reload();
    await openChatPage(workbench);
    await chat.questions.getByText('A long story, please').waitFor();
    assert.match(await chat.answers.first().innerText(), /word word/);
    await chat.idle();
    server.reply(text('The end.'));
    await chat.ask('How does it end?');
    await chat.answers.nth(1).getByText('The end.').waitFor();
    assert.match(lastMessages(server), /word word/);
  });
});

import assert from 'node:assert/strict';
import { answer, text } from '../support/messagesServerScript.ts';
import { type ChatPage, openChatPage } from './support/chatPage.ts';
import {
  assertNoneRefused,
  type ChatSession,
  lastMessages,
  startChatSession,
} from './support/chatSession.ts';
import type { Workbench } from './support/workbenchPage.ts';

describe('Two windows on one folder', () => {
  let session: ChatSession;
  let other: Workbench;
  let otherChat: ChatPage;

  before(async () => {
    session = await startChatSession();
    other = await session.editor.openAgain(session.workbench);
    otherChat = await openChatPage(other);
    await otherChat.newThread();
  });

  after(() => session?.close());

  afterEach(() => assertNoneRefused(session.server));

  it('write at the same time, each its own thread', async () => {
    const { chat, server } = session;
    server.respond((request) => {
      const isFirst = JSON.stringify(request.body?.['messages']).includes('The first window');
      return answer(text(`${isFirst ? 'one' : 'two'} `.repeat(200)), { deltasPerSecond: 40 });
    });
    await chat.ask('The first window asks');
    await otherChat.ask('The second window asks');
    await chat.answers.first().getByText('one one').waitFor();
    await otherChat.answers.first().getByText('two two').waitFor();
    await Promise.all([chat.idle(), otherChat.idle()]);
    assert.doesNotMatch(await chat.answers.first().innerText(), /two/);
    assert.doesNotMatch(await otherChat.answers.first().innerText(), /one/);
  });

  it('list each other’s threads, and open them', async () => {
    const { chat, workbench } = session;
    await workbench.page.bringToFront();
    const rows = await chat.search('');
    await rows.getByText('The second window asks').first().waitFor();
    await chat.openThread('The second window asks');
    await chat.answers.first().getByText('two two').waitFor();
    await other.page.bringToFront();
    await otherChat.openThread('The first window asks', 'one one');
    await otherChat.answers.first().getByText('one one').waitFor();
  });

  it('go on in a thread that the other began', async () => {
    const { chat, server, workbench } = session;
    server.reply(text('Here it is.'), text('There it is.'));
    await workbench.page.bringToFront();
    await chat.askFor('Go on here', 'Here it is.');
    await other.page.bringToFront();
    await otherChat.openThread('The second window asks');
    await otherChat.questions.getByText('Go on here').waitFor();
    await otherChat.askFor('Go on there', 'There it is.');
    assert.match(lastMessages(server), /Go on here.*Go on there/);
  });

  it('say so where one goes on in what the other has changed', async () => {
    const { chat, workbench } = session;
    const { page } = workbench;
    await page.bringToFront();
    await chat.ask('I know nothing of the other');
    await page
      .getByText(/is being continued in another window/)
      .first()
      .waitFor();
  });
});

import assert from 'node:assert/strict';
import { MessagesServer } from '../support/messagesServer.ts';
import { answer, failure, overloaded, rateLimited, text } from '../support/messagesServerScript.ts';
import {
  type ChatSession,
  lastMessages,
  startAnew,
  startChatSession,
} from './support/chatSession.ts';

const key = 'sk-ant-api03-the-right-one';

describe('A key that the API does not know', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession({ key, env: { ANTHROPIC_API_KEY: 'sk-ant-api03-wrong' } });
  });

  after(() => session?.close());

  it('is told, and can be set, and the question asked again', async () => {
    const { chat, server, workbench } = session;
    const { page } = workbench;
    server.reply(text('Now I know you.'));
    await chat.ask('Who am I?');
    const reply = chat.answers.first();
    await reply
      .getByText(/API key/)
      .first()
      .waitFor();
    await reply.getByRole('button', { name: 'Set API key' }).click();
    const field = page.locator('.quick-input-widget').getByRole('textbox');
    await field.fill(key);
    await field.press('Enter');
    await page
      .getByText(/accepts the API key/)
      .first()
      .waitFor();
    await reply.getByRole('button', { name: 'Try again' }).click();
    await reply.getByText('Now I know you.').waitFor();
    await chat.idle();
    assert.equal(await chat.answers.count(), 1);
  });
});

describe('A model that fails', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession();
  });

  after(() => session?.close());

  beforeEach(() => startAnew(session));

  it('asks for a short wait: the panel counts down and goes on by itself', async () => {
    const { chat, server } = session;
    server.reply(rateLimited('5'), text('Here I am.'));
    await chat.ask('Are you there?');
    const countdown = chat.frame.getByText(/^Retrying in \d s/);
    const first = await countdown.innerText();
    await countdown.filter({ hasNotText: first.slice(0, 'Retrying in 5'.length) }).waitFor();
    await chat.answers.first().getByText('Here I am.').waitFor();
    await chat.idle();
    const [refused, taken] = server.messageRequests;
    const waitedMs = (taken?.arrivedAt ?? 0) - (refused?.endedAt ?? 0);
    assert.ok(waitedMs >= 5_000, `it waited ${waitedMs} ms`);
  });

  it('is stopped while it waits', async () => {
    const { chat, server } = session;
    server.reply(rateLimited('50'));
    await chat.ask('Are you there?');
    await chat.frame.getByText(/Retrying in \d+ s/).waitFor();
    await chat.button('Stop').click();
    await chat.idle();
    assert.equal(server.messageRequests.length, 1);
  });

  it('asks for a long wait: it says until when, and leaves it to the user', async () => {
    const { chat, server } = session;
    server.reply(rateLimited('7200'), text('Here I am.'));
    await chat.ask('Are you there?');
    await chat.answers
      .first()
      .getByText(/asks to wait 2 hours, until /)
      .waitFor();
    await chat.idle();
    assert.equal(server.messageRequests.length, 1, 'nothing is asked behind the back');
    await chat.answers.first().getByRole('button', { name: 'Try again' }).click();
    await chat.answers.first().getByText('Here I am.').waitFor();
    await chat.idle();
  });

  it('is overloaded for a moment: the answer comes all the same', async () => {
    const { chat, server } = session;
    server.reply(overloaded(), overloaded(), text('Here I am.'));
    await chat.askFor('Are you there?', 'Here I am.');
    assert.equal(server.messageRequests.length, 3);
    assert.equal(await chat.answers.count(), 1);
  });

  it('breaks off in mid-answer: what came is kept, and the answer goes on', async () => {
    const { chat, server } = session;
    const fault = { kind: 'reset', after: { deltas: 20 } } as const;
    server.reply(answer(text('half of it '.repeat(100)), { fault, deltasPerSecond: 100 }));
    await chat.ask('Tell me all');
    const reply = chat.answers.first();
    await reply.getByText('The connection to').waitFor();
    assert.match(await reply.innerText(), /half of it/);
    await chat.idle();
    await reply.getByRole('button', { name: 'Try again' }).waitFor();
    server.reply(text('And the other half.'));
    await reply.getByRole('button', { name: 'Continue' }).click();
    await chat.answers.last().getByText('And the other half.').waitFor();
    await chat.idle();
    assert.match(lastMessages(server), /half of it/, 'the model sees what was kept');
  });

  it('refuses a request: its own words are told', async () => {
    const { chat, server } = session;
    const message = 'The frobnicator must be a teapot.';
    server.reply(failure(400, 'invalid_request_error', { message }));
    await chat.ask('Do it');
    await chat.answers.first().getByText(message).waitFor();
    await chat.idle();
    assert.equal(server.messageRequests.length, 1, 'what is wrong is not asked twice');
  });

  it('can’t be reached: it says so, and works once it is back', async () => {
    const { chat, server } = session;
    const { port, apiKey } = server;
    await server.stop();
    await chat.ask('Are you there?');
    const reply = chat.answers.first();
    await reply.getByRole('button', { name: 'Set endpoint' }).waitFor();
    await reply.getByText(`127.0.0.1:${port}`).first().waitFor();
    const back = await MessagesServer.start({ port, apiKey });
    try {
      back.reply(text('I am back.'));
      await reply.getByRole('button', { name: 'Try again' }).click();
      await chat.answers.first().getByText('I am back.').waitFor();
      await chat.idle();
    } finally {
      await back.stop();
    }
  });
});

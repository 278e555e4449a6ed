import assert from 'node:assert/strict';
import { answer, text } from '../support/messagesServerScript.ts';
import { openChatPage } from './support/chatPage.ts';
import {
  assertNoneRefused,
  type ChatSession,
  lastMessages,
  startChatSession,
} from './support/chatSession.ts';

const deltasPerSecond = 50;
/** A delta is one of these: what was kept says how far the stream had come. */
const deltaCharacters = 5;
/** The store commits every 100 ms; the rest is what a loaded machine needs from wire to queue. */
const maxLostMs = 100 + 400;

describe('The extension host, killed in mid-answer', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession();
  });

  after(() => session?.close());

  it('loses no more than the last moment, and the thread goes on', async () => {
    const { chat, server, workbench } = session;
    server.reply(answer(text(numbers(2_000)), { deltasPerSecond, deltaCharacters }));
    await chat.ask('Count');
    await chat.answers.first().getByText(' 0080 ').waitFor();
    const request = await server.received(1);
    await workbench.killHost();
    await request.closed;
    const streamedMs = (request.endedAt ?? 0) - (request.firstByteAt ?? 0);

    await workbench.reload();
    await openChatPage(workbench);
    await chat.questions.getByText('Count').waitFor();
    await chat.answers.first().getByText('This answer was interrupted.').waitFor();
    const shown = await chat.answers.first().innerText();
    const kept = /^[\d ]*\d/.exec(shown.trim())?.[0] ?? '';
    const count = kept.split(' ').length;
    assert.equal(kept, numbers(count).trim(), 'nothing is missing within');
    const lostMs = streamedMs - (count * 1_000) / deltasPerSecond;
    assert.ok(lostMs < maxLostMs, `${lostMs} ms of the stream were lost`);

    server.reply(text('0900 and so on.'));
    await chat.answers.first().getByRole('button', { name: 'Continue' }).click();
    await chat.answers.nth(1).getByText('and so on.').waitFor();
    assert.ok(lastMessages(server).includes(kept), 'the model sees what was kept');
    assertNoneRefused(server);
  });
});

/** "0000 0001 0002 …" */
function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => `${String(index).padStart(4, '0')} `).join('');
}

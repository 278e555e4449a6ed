import assert from 'node:assert/strict';
import { answer, text, thinking, toolUse } from '../support/messagesServerScript.ts';
import {
  assertNoneRefused,
  type ChatSession,
  lastMessages,
  startAnew,
  startChatSession,
} from './support/chatSession.ts';

describe('A conversation with a model', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession();
  });

  after(() => session?.close());

  beforeEach(() => startAnew(session));

  afterEach(() => assertNoneRefused(session.server));

  it('streams an answer, with its code, its table and its links, and runs nothing in it', async () => {
    const { chat, server } = session;
    server.reply(answer(text(markdownAnswer), { deltasPerSecond: 10 }));
    await chat.ask('What does the cart do?');
    const reply = chat.answers.first();
    await reply.getByText('adds up lines').waitFor();
    assert.equal(await chat.button('Stop').isVisible(), true, 'the beginning shows before the end');
    await chat.idle();
    assert.deepEqual(await reply.getByRole('row').allInnerTexts(), ['part\tfile', 'sum\tcart']);
    assert.equal(
      await reply.getByRole('code').last().innerText(),
      'export function total(lines) {\n  return lines.length;\n}',
    );
    assert.equal(await reply.locator('script, img').count(), 0);
    assert.match(await reply.innerText(), /<img src=x onerror=alert\(1\)>/);
  });

  it('opens a link of an answer at its line', async () => {
    const { chat, server, workbench } = session;
    server.reply(text(markdownAnswer));
    await chat.askFor('Where is it?', 'adds up lines');
    await chat.answers.first().getByRole('link', { name: 'src/cart.js:28' }).click();
    await workbench.page.getByRole('tab', { name: /cart\.js/ }).waitFor();
    await workbench.page.getByRole('button', { name: /^Ln 28, Col 1/ }).waitFor();
  });

  it('stops in mid-answer at once, keeps what came, and goes on with the next message', async () => {
    const { chat, server } = session;
    server.reply(answer(text('slow words '.repeat(2_000)), { deltasPerSecond: 40 }));
    await chat.ask('Tell me everything');
    await chat.answers.first().getByText('slow words').waitFor();
    await chat.button('Stop').click();
    await chat.idle();
    const request = await server.received(1);
    await request.closed;
    assert.ok(request.isAborted, 'the connection was closed');
    assert.match(await chat.answers.first().innerText(), /slow words/);
    server.reply(text('Going on.'));
    await chat.askFor('And now?', 'Going on.');
    assert.equal(await chat.answers.count(), 2);
    assert.match(lastMessages(server), /slow words/, 'the model sees what was kept');
  });

  it('answers the same message once more with Retry', async () => {
    const { chat, server } = session;
    server.reply(text('First try.'), text('Second try.'));
    await chat.askFor('Explain the money functions', 'First try.');
    await chat.answers.first().getByRole('button', { name: 'Retry' }).click();
    await chat.answers.first().getByText('Second try.').waitFor();
    await chat.idle();
    assert.equal(await chat.answers.count(), 1);
    assert.equal(await chat.questions.count(), 1);
    assert.doesNotMatch(lastMessages(server), /First try/);
  });

  it('goes on from an earlier message that is edited', async () => {
    const { chat, server } = session;
    server.reply(text('About money.'), text('More about it.'), text('About tests.'));
    await chat.askFor('Explain the money functions', 'About money.');
    await chat.askFor('Say more', 'More about it.');
    await chat.questions.first().hover();
    await chat.questions.first().getByRole('button', { name: 'Edit message' }).click();
    const box = chat.questions.first().getByRole('textbox');
    assert.equal(await box.inputValue(), 'Explain the money functions');
    await box.fill('Explain the tests');
    await box.press('Enter');
    await chat.answers.first().getByText('About tests.').waitFor();
    await chat.idle();
    assert.equal(await chat.answers.count(), 1);
    assert.match(lastMessages(server), /Explain the tests/);
    assert.doesNotMatch(lastMessages(server), /money/, 'what was replaced is not sent');
  });

  it('folds thinking as it streams, shows it on a click, and gives it back unchanged', async () => {
    const { chat, server } = session;
    server.reply(
      answer([thinking('First I list. '.repeat(100)), toolUse('list_files', {})], {
        deltasPerSecond: 40,
      }),
      // The server answers 400 to thinking that is not sent back as it was signed.
      answer([thinking('Now I know.'), text('Seven source files.')]),
    );
    await chat.ask('How many files?');
    const reply = chat.answers.first();
    const folded = reply.getByText('Thinking…');
    await folded.waitFor();
    assert.equal(await reply.getByText('First I list.').isVisible(), false);
    await folded.click();
    await reply.getByText('First I list.').waitFor();
    await reply.getByText('Seven source files.').waitFor();
    await chat.idle();
    assert.equal(await reply.getByText(/^Thought for/).count(), 2);
    assert.equal(server.messageRequests.length, 2);
    assert.match(lastMessages(server), /First I list/);
  });

  it('tells the model, its window and the cost in the line above the input', async () => {
    const { chat, server } = session;
    const usage = { input_tokens: 12_400, cache_creation_input_tokens: 0, output_tokens: 5 };
    server.reply(answer(text('Yes.'), { usage }));
    await chat.askFor('Is it right?', 'Yes.');
    await chat.button('Choose the model: Claude Sonnet 5.5').waitFor();
    await chat.frame.getByText(/^12\.4k of 1M$/).waitFor();
    await chat.frame.getByTitle(/^Cost of this thread so far/).waitFor();
  });

  it('copies a message as it was written', async () => {
    const { chat, server, workbench } = session;
    server.reply(text('It is **bold**, in `code`.'));
    await chat.askFor('How is it?', 'bold');
    await chat.answers.first().getByRole('button', { name: 'Copy message' }).click();
    await clipboardHolds('It is **bold**, in `code`.');
    await chat.questions.first().hover();
    await chat.questions.first().getByRole('button', { name: 'Copy message' }).click();
    await clipboardHolds('How is it?');

    async function clipboardHolds(wanted: string): Promise<void> {
      await workbench.page.waitForFunction(
        async (expected) => (await navigator.clipboard.readText()) === expected,
        wanted,
      );
    }
  });
});

const markdownAnswer = `The cart **adds up lines** (\`src/cart.js:28\`).

<img src=x onerror=alert(1)><script>alert(2)</script>

| part | file |
|---|---|
| sum | [cart](src/cart.js) |

\`\`\`js src/cart.js
export function total(lines) {
  return lines.length;
}
\`\`\`
`;

import assert from 'node:assert/strict';
import { text } from '../support/messagesServerScript.ts';
import {
  assertNoneRefused,
  type ChatSession,
  lastMessages,
  startAnew,
  startChatSession,
} from './support/chatSession.ts';
import { focusEditor } from './support/editorPane.ts';

describe('What goes into a message', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession({
      files: {
        '.slipstream/prompts/haiku.md':
          '---\ndescription: In verse\n---\nWrite a haiku. $ARGUMENTS',
      },
    });
  });

  after(() => session?.close());

  beforeEach(async () => {
    await startAnew(session);
    await session.chat.input.fill('');
  });

  afterEach(() => assertNoneRefused(session.server));

  it('attaches a file that is picked by a few letters and the keyboard', async () => {
    const { chat, server } = session;
    server.reply(text('It reads and writes prices.'));
    await chat.input.pressSequentially('What does @mny');
    const suggestions = chat.frame.getByRole('listbox', { name: 'Suggestions' });
    await suggestions
      .getByRole('option', { name: /money\.js/ })
      .first()
      .waitFor();
    await chat.input.press('Enter');
    await suggestions.waitFor({ state: 'detached' });
    await chat.button('Remove money.js').waitFor();
    await chat.input.pressSequentially('do?');
    assert.equal(await chat.input.inputValue(), 'What does money.js do?');
    await chat.input.press('Enter');
    await chat.answers.first().getByText('It reads and writes prices.').waitFor();
    await chat.questions.first().getByRole('button', { name: 'money.js' }).waitFor();
    assert.match(lastMessages(server), /export function parsePrice/, 'the file went along');
  });

  it('moves through the suggestions with the arrows, and closes them with Escape', async () => {
    const { chat } = session;
    await chat.input.pressSequentially('@c');
    const options = chat.frame.getByRole('option');
    await options.nth(1).waitFor();
    const selected = chat.frame.getByRole('option', { selected: true });
    await options.first().and(selected).waitFor();
    await chat.input.press('ArrowDown');
    await options.nth(1).and(selected).waitFor();
    await chat.input.press('ArrowUp');
    await options.first().and(selected).waitFor();
    await chat.input.press('Escape');
    await options.first().waitFor({ state: 'detached' });
    assert.equal(await chat.input.inputValue(), '@c');
    // Closed for this word only: what comes after it is asked for anew.
    await chat.input.press('Enter');
    await chat.answers.first().getByText('OK.').waitFor();
    await chat.idle();
    await chat.input.pressSequentially('@c');
    await options.first().waitFor();
  });

  it('attaches what is selected in the editor by a command, and lets go of it', async () => {
    const { chat, server, workbench } = session;
    await workbench.openFile('src/money.js');
    await focusEditor(workbench);
    await workbench.page.keyboard.press('ControlOrMeta+KeyA');
    await workbench.page.getByRole('button', { name: /\(\d+ selected\)/ }).waitFor();
    await workbench.runCommand('Slipstream: Add selection to chat');
    const remove = chat.button('Remove money.js:1-32');
    await remove.waitFor();
    await remove.click();
    await remove.waitFor({ state: 'detached' });
    server.reply(text('Nothing to see.'));
    await chat.askFor('What is this?', 'Nothing to see.');
    assert.doesNotMatch(lastMessages(server), /parsePrice/);
  });

  it('turns a command with a slash into its prompt', async () => {
    const { chat, server } = session;
    server.reply(text('It adds up.'));
    await chat.input.pressSequentially('/exp');
    await chat.frame.getByRole('option', { name: /\/explain/ }).waitFor();
    await chat.input.press('Enter');
    assert.equal(await chat.input.inputValue(), '/explain ');
    await chat.input.pressSequentially('the cart');
    await chat.input.press('Enter');
    await chat.answers.first().getByText('It adds up.').waitFor();
    assert.equal(await chat.questions.first().getByText('/explain the cart').isVisible(), true);
    assert.match(lastMessages(server), /Explain this code: .* the cart/);
  });

  it("knows the folder's own prompts", async () => {
    const { chat, server } = session;
    server.reply(text('An old silent cart.'));
    await chat.askFor('/haiku About the cart', 'An old silent cart.');
    assert.match(lastMessages(server), /Write a haiku\. About the cart/);
  });

  it('explains itself with /help, and starts anew with /clear', async () => {
    const { chat, server } = session;
    server.reply(text('Hello.'));
    await chat.askFor('Say hello', 'Hello.');
    await chat.ask('/help');
    const help = chat.frame.getByRole('region', { name: 'Help' });
    await help.getByText('/explain').waitFor();
    await help.getByText('Alt+A').waitFor();
    await chat.ask('/clear');
    await chat.questions.first().waitFor({ state: 'detached' });
    await help.waitFor({ state: 'detached' });
    assert.equal(server.messageRequests.length, 1, 'neither went to the model');
  });

  it('takes an image that is pasted', async () => {
    const { chat, server } = session;
    server.reply(text('A red dot.'));
    await chat.input.evaluate(pasteImage, redDotPng);
    await chat.frame.getByRole('img').waitFor();
    await chat.askFor('What is this?', 'A red dot.');
    await chat.questions.first().getByRole('img').waitFor();
    assert.ok(lastMessages(server).includes(redDotPng), 'the bytes went to the model');
    assert.match(lastMessages(server), /"type":"image".*"media_type":"image\/png"/);
  });
});

/** Runs in the page: what the browser does when an image is on the clipboard. */
function pasteImage(area: Element, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], 'dot.png', { type: 'image/png' }));
  area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
}

/** One red pixel. */
const redDotPng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4EIwDiqEAA6IwP/Vn2oNwAAAABJRU5ErkJggg==';

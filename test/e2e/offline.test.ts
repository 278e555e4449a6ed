import assert from 'node:assert/strict';
import { type ChatPage, openChatPage } from './support/chatPage.ts';
import { openWorkbench } from './support/workbench.ts';
import type { Workbench } from './support/workbenchPage.ts';

describe('The first run, without key and without network', () => {
  let workbench: Workbench;
  let chat: ChatPage;

  before(async () => {
    workbench = await openWorkbench();
    chat = await openChatPage(workbench);
  });

  after(() => workbench?.close());

  it('says what can be done, and how to connect a model', async () => {
    const box = chat.frame.getByRole('region', { name: 'No model is connected' });
    await box.getByRole('button', { name: 'Set API key' }).waitFor();
    await box.getByRole('button', { name: 'Use a local server' }).waitFor();
    const examples = chat.frame.getByRole('list', { name: 'Examples' }).getByRole('button');
    assert.ok((await examples.count()) >= 2);
    await chat.button('Choose the model: Offline').waitFor();
  });

  it('puts an example into the input', async () => {
    const example = chat.frame.getByRole('list', { name: 'Examples' }).getByRole('button').last();
    await example.click();
    assert.equal(await chat.input.inputValue(), (await example.innerText()).trim());
    await chat.input.fill('');
  });

  it('answers from the workspace, with file and line', async () => {
    await chat.ask('Where is percentOf defined?');
    const link = chat.answers.first().getByRole('link', { name: /src\/money\.js:30/ });
    await link.first().waitFor();
    await chat.idle();
    assert.match(await chat.answers.first().innerText(), /no(t a)? (language )?model/i);
    await link.first().click();
    await workbench.page.getByRole('button', { name: /^Ln 30,/ }).waitFor();
  });

  it('outlines the file that is open', async () => {
    await chat.newThread();
    await workbench.openFile('src/cart.js');
    // The file before stood at line 30: VS Code has switched once this one's first line is told.
    await workbench.page.getByRole('button', { name: /^Ln 1,/ }).waitFor();
    await chat.ask('Outline the file I have open');
    await chat.answers.first().getByText('totalCents').first().waitFor();
    await chat.idle();
  });

  it('says plainly what it can’t do', async () => {
    await chat.newThread();
    await chat.ask('Write me a poem about the sea');
    await chat.answers.first().getByText(/model/).first().waitFor();
    await chat.idle();
  });

  it('opens a walkthrough', async () => {
    const { page } = workbench;
    await workbench.runCommand('Slipstream: Open walkthrough');
    for (const step of ['Connect a model', 'Ask about your code', 'Complete code', 'Let it edit']) {
      await page
        .getByRole('button', { name: new RegExp(step) })
        .first()
        .waitFor();
    }
  });
});

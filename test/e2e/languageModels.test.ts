import assert from 'node:assert/strict';
import { join } from 'node:path';
import { text } from '../support/messagesServerScript.ts';
import { repositoryDir } from '../support/paths.ts';
import { type ChatSession, startChatSession } from './support/chatSession.ts';

const otherModels = join(repositoryDir, 'test/e2e/otherModels');

describe('The language models of VS Code', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession({
      extensions: [otherModels],
      settings: { 'slipstream.endpointKind': 'vscode', 'chat.disableAIFeatures': false },
    });
  });

  after(() => session?.close());

  it('answer in the panel', async () => {
    const { chat, server } = session;
    await chat.ask('Good morning');
    await chat.answers.first().getByText('Parrot says: Good morning').waitFor();
    await chat.idle();
    await chat.button('Choose the model: Parrot').waitFor();
    assert.equal(server.messageRequests.length, 0, 'nobody else was asked');
  });

  it('use the tools of the agent', async () => {
    const { chat } = session;
    await chat.ask('Please read the file');
    await chat.answers
      .last()
      .getByText(/^It begins with: /)
      .waitFor();
    await chat.idle();
  });

  it('answer also where they cannot count tokens', async () => {
    const { chat } = session;
    await chat.ask('Something uncountable');
    await chat.answers.last().getByText('Parrot says: Something uncountable').waitFor();
    await chat.idle();
    assert.equal(
      await chat.answers
        .last()
        .getByText(/cannot count/)
        .count(),
      0,
    );
  });

  it('are told of in words when they fail', async () => {
    const { chat } = session;
    await chat.ask('Please break');
    await chat.answers
      .last()
      .getByText(/The parrot is ill/)
      .waitFor();
    await chat.idle();
  });
});

describe('Slipstream’s models in VS Code', () => {
  let session: ChatSession;

  before(async () => {
    session = await startChatSession({
      extensions: [otherModels],
      settings: { 'chat.disableAIFeatures': false },
    });
  });

  after(() => session?.close());

  it('answer other extensions, on the same path as the panel', async () => {
    const { server, workbench } = session;
    server.reply(text('Hello to you.'));
    await workbench.runCommand('Other models: Ask Slipstream');
    const { page } = workbench;
    await page
      .getByText(/answered: Hello to you\. \(\d+ tokens\)/)
      .first()
      .waitFor();
    await workbench.runCommand('Slipstream: Show recent requests');
    const preview = page
      .frameLocator('iframe.webview.ready[src*="vscode.markdown-language-features"]')
      .frameLocator('iframe#active-frame');
    await preview
      .getByText(/Queue,\safter\s.*Sent\sat\sonce/)
      .first()
      .waitFor();
  });
});

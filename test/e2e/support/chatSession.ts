import assert from 'node:assert/strict';
import { MessagesServer } from '../../support/messagesServer.ts';
import { type ChatPage, openChatPage } from './chatPage.ts';
import { type Editor, type EditorOptions, startEditor, type WindowOptions } from './editor.ts';
import type { Workbench } from './workbenchPage.ts';

/** A window whose panel talks to a scripted Messages API. */
export interface ChatSession {
  readonly server: MessagesServer;
  readonly editor: Editor;
  readonly workbench: Workbench;
  readonly chat: ChatPage;
  close(): Promise<void>;
}

export interface ChatSessionOptions extends EditorOptions, WindowOptions {
  /** The key that the API accepts, and that the editor's environment holds unless `env` says else. */
  readonly key?: string;
}

export async function startChatSession(options: ChatSessionOptions = {}): Promise<ChatSession> {
  const server = await MessagesServer.start(options.key ? { apiKey: options.key } : {});
  const editor = await startEditor({
    ...options,
    env: {
      ANTHROPIC_BASE_URL: server.endpoint,
      ANTHROPIC_API_KEY: server.apiKey,
      ...options.env,
    },
    // A server on this machine would count as one that speaks only the core of the API.
    settings: {
      'slipstream.endpointKind': 'anthropic',
      // Ghost text would take the answers that are meant for the chat.
      'slipstream.completion.enabled': false,
      ...options.settings,
    },
  });
  const close = async (): Promise<void> => {
    await editor.close();
    await server.stop();
  };
  try {
    const workbench = await editor.open(options);
    const chat = await openChatPage(workbench);
    return { server, editor, workbench, chat, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** For a test's beginning: no scripts or requests of the test before, and a new thread. */
export async function startAnew({ server, chat }: ChatSession): Promise<void> {
  if (await chat.history.isVisible()) {
    await chat.button('Close history').click();
  }
  if (await chat.button('Stop').isVisible()) {
    await chat.button('Stop').click();
  }
  await chat.idle();
  server.reset();
  await chat.newThread();
}

/** For a test's end: everything that was sent was a request that the API takes. */
export function assertNoneRefused(server: MessagesServer): void {
  const refused = server.messageRequests.filter((request) => (request.status ?? 0) >= 400);
  assert.deepEqual(
    refused.map((request) => request.status),
    [],
    'The API refused a request.',
  );
}

/** The last request's messages as JSON text, to look for words in. */
export function lastMessages(server: MessagesServer): string {
  return JSON.stringify(server.messageRequests.at(-1)?.body?.['messages']);
}

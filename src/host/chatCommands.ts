import * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import type { ThreadService } from '../core/agent/threadService.ts';
import { operation } from '../core/telemetry/spanNames.ts';
import type { ChatView } from './chatView.ts';
import type { ChatCommands } from './commandHandlers.ts';

/** What commands do with the panel and the thread it shows. */
export function createChatCommands<Grants>(
  chat: ChatView,
  threads: ThreadService<Grants>,
): ChatCommands {
  return {
    focus: () => chat.reveal({ type: 'input/focus' }),
    newThread: async () => {
      await threads.create(chat.show);
      await chat.reveal({ type: 'input/focus' });
    },
    showHistory: () => chat.reveal({ type: 'history/show' }),
    exportThread: async () => {
      await openMarkdown(await threads.exportThread(shownThread(chat)));
    },
    stop: async () => {
      if (chat.threadId !== undefined) {
        await threads.stop(chat.threadId);
      }
    },
    compactThread: () => threads.compact(shownThread(chat), ''),
    ask: async (draft, alone, trace) => {
      trace?.enter(operation.panelReveal);
      const threadId = await untouchedThread(chat, threads);
      await chat.reveal();
      await threads.send(threadId, draft, alone, trace);
    },
    addToDraft: (chips) => chat.reveal({ type: 'draft/add', text: '', chips }),
  };
}

/** The thread in view where nothing has been said in it, else a new one, which is then in view. */
async function untouchedThread<Grants>(
  chat: ChatView,
  threads: ThreadService<Grants>,
): Promise<string> {
  const shown = chat.threadId;
  if (shown !== undefined && (await threads.isUntouched(shown))) {
    return shown;
  }
  return (await threads.create(chat.show)).id;
}

/** Opens a text as a new, unsaved markdown document. */
export async function openMarkdown(content: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content });
  await vscode.window.showTextDocument(document);
}

/** Throws `UserError` where none is. */
export function shownThread(chat: Pick<ChatView, 'threadId'>): string {
  if (chat.threadId === undefined) {
    throw new UserError('Open the chat first: it shows the thread that is meant.');
  }
  return chat.threadId;
}

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { systemClock } from '../../../src/base/clock.ts';
import { lazy } from '../../../src/base/lazy.ts';
import { ResourceManager } from '../../../src/base/lifecycle.ts';
import { InlineCompletions } from '../../../src/host/completion/inlineCompletions.ts';
import { loadCompletions } from '../../../src/host/completion/loadCompletions.ts';
import { createFoundation, type Foundation } from '../../../src/host/foundation.ts';
import { VsCodeSettings } from '../../../src/host/settings.ts';
import type { MessagesServer } from '../../support/messagesServer.ts';
import { text } from '../../support/messagesServerScript.ts';
import {
  eventually,
  extensionContext,
  KeptLog,
  KeptNotifications,
  type WindowOptions,
} from './assistantHarness.ts';

/** Ghost text alone, as a window has it in which nobody has opened the panel. */
export class CompletionWindow {
  readonly resources = new ResourceManager('window');
  readonly settings: VsCodeSettings;
  readonly completions: InlineCompletions;
  readonly foundation: () => Promise<Foundation>;
  private readonly log: KeptLog;
  private readonly notifications: KeptNotifications;

  constructor(options: WindowOptions) {
    this.log = this.resources.add(new KeptLog());
    this.notifications = new KeptNotifications(this.log);
    this.settings = this.resources.add(new VsCodeSettings(assert.fail));
    const parts = {
      context: extensionContext(options.storageFolder, options.secrets),
      resources: this.resources,
      settings: this.settings,
      log: this.log,
      notifications: this.notifications,
    };
    this.foundation = lazy(() => createFoundation(parts));
    this.completions = this.resources.add(
      new InlineCompletions({
        ...parts,
        clock: systemClock,
        load: async (options) => loadCompletions(parts, await this.foundation(), options),
      }),
    );
  }

  get loggedErrors(): readonly string[] {
    return this.log.errors;
  }

  get told(): readonly string[] {
    return this.notifications.told;
  }

  /**
   * What is completed at the cursor, as VS Code asks for it. Empty where nothing is.
   * @param selectedCompletionInfo What is selected in VS Code's own list; nothing unless given.
   */
  async completeHere(
    editor: vscode.TextEditor,
    triggerKind = vscode.InlineCompletionTriggerKind.Automatic,
    selectedCompletionInfo?: vscode.SelectedCompletionInfo,
  ): Promise<readonly vscode.InlineCompletionItem[]> {
    const { document, selection } = editor;
    const tokens = new vscode.CancellationTokenSource();
    const context = { triggerKind, selectedCompletionInfo };
    const found = await this.completions.provide({
      document,
      position: selection.active,
      context,
      token: tokens.token,
    });
    tokens.dispose();
    return found ?? [];
  }

  close(): void {
    this.resources.dispose();
  }
}

/** Answers each request with this text to insert. */
export function fill(server: MessagesServer, answer: string): void {
  server.respond(() => text(`<fill>${answer}</fill>`));
}

/** Types as with the keyboard, so that VS Code asks for ghost text by itself. */
export async function typeText(content: string): Promise<void> {
  for (const key of content) {
    await vscode.commands.executeCommand('type', { text: key });
  }
}

/** Opens a new document with the cursor at its end. */
export async function openNew(languageId: string, content: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ language: languageId, content });
  const editor = await vscode.window.showTextDocument(document);
  const end = document.positionAt(content.length);
  editor.selection = new vscode.Selection(end, end);
  return editor;
}

/** Accepts the ghost text by this command, again and again until the text has changed. */
export async function acceptBy(
  command: string,
  editor: vscode.TextEditor,
  isDone: (content: string) => boolean,
): Promise<void> {
  await eventually(async () => {
    await vscode.commands.executeCommand(command);
    return isDone(editor.document.getText());
  }, `${command} to change the text`);
}

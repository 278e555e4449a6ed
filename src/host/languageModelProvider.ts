import * as vscode from 'vscode';
import type { Disposable } from '../base/lifecycle.ts';

/** As package.json contributes it. */
export const ownVendor = 'slipstream';

/** Answers for other extensions and VS Code's own chat, loaded when the first of them asks. */
export interface LanguageModelAnswers {
  list(): Promise<vscode.LanguageModelChatInformation[]>;
  respond(
    model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    options: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void>;
  count(text: string | vscode.LanguageModelChatRequestMessage): Promise<number>;
  readonly onDidChange: vscode.Event<void>;
}

/**
 * Offers Slipstream's models to all of VS Code, so that what others ask goes down the same path:
 * routed, cached, budgeted and recorded.
 */
export function registerLanguageModels(answers: () => Promise<LanguageModelAnswers>): Disposable {
  const changes = new vscode.EventEmitter<void>();
  let subscription: Disposable | undefined;
  const load = async (): Promise<LanguageModelAnswers> => {
    const loaded = await answers();
    subscription ??= loaded.onDidChange(() => changes.fire());
    return loaded;
  };
  const registration = vscode.lm.registerLanguageModelChatProvider(ownVendor, {
    onDidChangeLanguageModelChatInformation: changes.event,
    provideLanguageModelChatInformation: async () => (await load()).list(),
    provideLanguageModelChatResponse: async (model, messages, options, progress, token) =>
      (await load()).respond(model, messages, options, progress, token),
    provideTokenCount: async (_, text) => (await load()).count(text),
  });
  return {
    dispose: () => {
      registration.dispose();
      subscription?.dispose();
      changes.dispose();
    },
  };
}

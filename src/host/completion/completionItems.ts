import * as vscode from 'vscode';
import type { CompletionOffer } from '../../core/completion/completionOffer.ts';
import type { Offers } from '../../core/completion/completionQuery.ts';

export interface ItemPlace {
  readonly position: vscode.Position;
  /** The text of the line before the cursor. */
  readonly before: string;
  /** What is selected in VS Code's own list, if anything. */
  readonly info: vscode.SelectedCompletionInfo | undefined;
  /** The command that VS Code runs when one is accepted. */
  readonly acceptedCommand: string;
}

/** Offers as VS Code takes them. */
export function toItems(offers: Offers, place: ItemPlace): vscode.InlineCompletionItem[] {
  return offers.flatMap((offer) => toItem(offer, place) ?? []);
}

function toItem(
  { text, closers, origin }: CompletionOffer,
  { position, before, info, acceptedCommand }: ItemPlace,
): vscode.InlineCompletionItem | undefined {
  const command = {
    command: acceptedCommand,
    title: origin.source === 'local' ? 'Completed by this machine' : 'Completed by a model',
  };
  if (info) {
    // VS Code shows only what goes on from the selected text and replaces what that would replace.
    return closers === ''
      ? new vscode.InlineCompletionItem(info.text + text, info.range, command)
      : undefined;
  }
  // From the line's beginning, so that VS Code itself keeps showing it while characters come and go.
  const end = position.translate(0, closers.length);
  const range = new vscode.Range(position.with({ character: 0 }), end);
  return new vscode.InlineCompletionItem(before + text, range, command);
}

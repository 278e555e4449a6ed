import * as vscode from 'vscode';
import { type CommandName, commandId } from '../commandTable.ts';

/** Below “More Actions…”: they neither fix nor refactor. */
const ownKind = vscode.CodeActionKind.Empty.append('slipstream');

interface Offer {
  readonly command: CommandName;
  readonly title: string;
  readonly kind: vscode.CodeActionKind;
  /** Whether it changes files, which is not offered in Restricted Mode. */
  readonly edits: boolean;
}

/** On a problem. */
const problemOffers: readonly Offer[] = [
  offer('fixProblem', 'Fix this problem with Slipstream', vscode.CodeActionKind.QuickFix, true),
  offer(
    'explainProblem',
    'Explain this problem with Slipstream',
    vscode.CodeActionKind.QuickFix,
    false,
  ),
];

/** On code that is selected, or asked about at the cursor. */
const codeOffers: readonly Offer[] = [
  offer('editSelection', 'Edit with Slipstream…', vscode.CodeActionKind.RefactorRewrite, true),
  offer('refactor', 'Refactor with Slipstream…', vscode.CodeActionKind.RefactorRewrite, true),
  offer(
    'suggestNames',
    'Suggest names with Slipstream…',
    vscode.CodeActionKind.RefactorRewrite,
    true,
  ),
  offer('explain', 'Explain with Slipstream', ownKind, false),
  offer('writeDocumentation', 'Write documentation with Slipstream', ownKind, true),
  offer('writeTests', 'Write tests with Slipstream', ownKind, true),
  offer('optimize', 'Optimize with Slipstream', ownKind, true),
  offer('reviewSelection', 'Review with Slipstream', ownKind, false),
  offer('ask', 'Ask Slipstream…', ownKind, false),
];

/** Offers actions in the lightbulb. Nothing is loaded or read until one is chosen. */
export function registerCodeActions(): vscode.Disposable {
  const offers = [...problemOffers, ...codeOffers];
  return vscode.languages.registerCodeActionsProvider(
    { scheme: 'file' },
    { provideCodeActions: offeredActions },
    { providedCodeActionKinds: [...new Set(offers.map(({ kind }) => kind))] },
  );
}

/**
 * What is offered. Commands get no arguments, which VS Code does not promise to keep: each finds what
 * it is about in the active editor.
 */
export function offeredActions(
  _document: vscode.TextDocument,
  range: vscode.Range,
  { diagnostics, only, triggerKind }: vscode.CodeActionContext,
): vscode.CodeAction[] {
  const isAsked = triggerKind === vscode.CodeActionTriggerKind.Invoke || !range.isEmpty;
  const onProblem = diagnostics.length > 0 ? problemOffers : [];
  const { isTrusted } = vscode.workspace;
  return [...onProblem, ...(isAsked ? codeOffers : [])]
    .filter(({ edits, kind }) => (isTrusted || !edits) && (!only || only.contains(kind)))
    .map((offered) => toAction(offered, diagnostics));
}

function offer(
  command: CommandName,
  title: string,
  kind: vscode.CodeActionKind,
  edits: boolean,
): Offer {
  return { command, title, kind, edits };
}

function toAction(
  { command, title, kind }: Offer,
  diagnostics: readonly vscode.Diagnostic[],
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, kind);
  action.command = { command: commandId(command), title };
  if (vscode.CodeActionKind.QuickFix.contains(kind)) {
    action.diagnostics = [...diagnostics];
  }
  return action;
}

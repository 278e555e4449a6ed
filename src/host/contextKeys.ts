import * as vscode from 'vscode';

/** What `when` clauses in package.json ask for, by its name below `slipstream.`. */
export interface ContextKeys {
  /** Whether an answer is being written in the thread in view. */
  readonly isRunning: boolean;
  /** Whether a model can be asked; ends the first step of the walkthrough. */
  readonly isConnected: boolean;
  /** Whether a diff waits to be applied or discarded. */
  readonly hasPreview: boolean;
  /** Whether edits wait to be accepted or rejected. */
  readonly hasReview: boolean;
  /** Whether some of them are in the active editor. */
  readonly isEditorReviewed: boolean;
  /** Whether code is being rewritten in an editor. */
  readonly isEditing: boolean;
  /** Whether a completion of Slipstream may be what the editor shows as ghost text. */
  readonly isCompletionOffered: boolean;
}

/** Tells VS Code the value of a context key. */
export async function setContextKey<Key extends keyof ContextKeys>(
  key: Key,
  value: ContextKeys[Key],
): Promise<void> {
  await vscode.commands.executeCommand('setContext', `slipstream.${key}`, value);
}

import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import type { ConnectionProvider } from '../../core/model/connection.ts';

/** Throws `UserError` in Restricted Mode. @param what For example `write tests`. */
export function assertTrusted(what: string): void {
  if (!vscode.workspace.isTrusted) {
    throw new UserError(
      `In Restricted Mode Slipstream does not ${what}. Trust the folder first: run “Workspaces: Manage Workspace Trust”.`,
    );
  }
}

/** Throws `UserError` where no model is connected. @param what For example `Editing`. */
export async function assertOnline(connection: ConnectionProvider, what: string): Promise<void> {
  if ((await connection.current()).kind === 'offline') {
    throw new UserError(
      `${what} takes a language model. Connect one first: run “Slipstream: Set API key” or “Slipstream: Use a local server”.`,
    );
  }
}

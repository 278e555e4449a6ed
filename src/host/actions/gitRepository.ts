import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';

/** What we use of a repository in VS Code's own Git extension, whose interface has no package. */
export interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
  readonly ui?: { readonly selected: boolean };
  readonly state: {
    readonly HEAD?: { readonly name?: string };
    readonly indexChanges: readonly unknown[];
    readonly workingTreeChanges: readonly unknown[];
  };
  /** The difference as git prints it: of what is staged with `cached`, else of the working tree. */
  diff(cached?: boolean): Promise<string>;
  log(options: { readonly maxEntries: number }): Promise<readonly { readonly message: string }[]>;
}

interface GitApi {
  readonly repositories: readonly GitRepository[];
  getRepository(uri: vscode.Uri): GitRepository | null;
}

interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

/**
 * The repository whose title was clicked; else that of the active editor, the one selected in the view,
 * or the only one. Throws `UserError` where there is none.
 */
export async function findRepository(clicked: unknown): Promise<GitRepository> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  const git = await extension?.activate();
  if (!git?.enabled) {
    throw new UserError('VS Code’s Git is switched off. Turn on the setting “git.enabled”.');
  }
  const api = git.getAPI(1);
  const active = vscode.window.activeTextEditor?.document.uri;
  const found =
    repositoryAt(api, rootOf(clicked)) ??
    (active && api.getRepository(active)) ??
    api.repositories.find(({ ui }) => ui?.selected) ??
    api.repositories[0];
  if (!found) {
    throw new UserError('No git repository is open. Open a folder that has one.');
  }
  return found;
}

function repositoryAt(api: GitApi, root: vscode.Uri | undefined): GitRepository | undefined {
  return api.repositories.find(({ rootUri }) => rootUri.toString() === root?.toString());
}

/** VS Code passes the source control from its title; anyone may pass anything. */
function rootOf(clicked: unknown): vscode.Uri | undefined {
  const root =
    typeof clicked === 'object' && clicked !== null && 'rootUri' in clicked
      ? clicked.rootUri
      : undefined;
  return root instanceof vscode.Uri ? root : undefined;
}

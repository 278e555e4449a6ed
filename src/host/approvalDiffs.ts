import type * as vscode from 'vscode';
import { UserError } from '../base/errors.ts';
import { resolvePath } from '../core/tools/paths.ts';
import type { Workspace } from '../core/tools/workspace.ts';
import { type EditPreviews, fileName } from './editPreviews.ts';
import { applyUnifiedDiff } from './unifiedPatch.ts';

/** Shows edits that wait for approval in VS Code's diff editor. */
export class ApprovalDiffs {
  private readonly workspace: Workspace;
  private readonly previews: EditPreviews;
  /** The right sides of the diffs that were opened. */
  private readonly shown: vscode.Uri[] = [];

  constructor(workspace: Workspace, previews: EditPreviews) {
    this.workspace = workspace;
    this.previews = previews;
  }

  /**
   * @param path As the approval names it, absolute or relative to an open folder.
   * @param diff The approval's unified diff.
   */
  async show(path: string, diff: string): Promise<void> {
    const found = await resolvePath(path, this.workspace.roots());
    const isNew = found.kind === 'missing';
    const before = isNew ? '' : (await this.workspace.readText(found.path)).text;
    const unified = before.replaceAll('\r\n', '\n');
    const after = applyUnifiedDiff(unified, diff);
    if (after === undefined) {
      throw new UserError(
        `The edit of ${found.display} can't be shown here: the file has changed since, or the edit is too long. The card shows it.`,
      );
    }
    const shown = await this.previews.show({
      path: found.path,
      before: unified,
      after,
      title: `${fileName(found.path)} (${isNew ? 'new file' : 'waits for approval'})`,
      isKept: false,
    });
    this.shown.push(shown);
  }

  /** Closes what was shown: once the user has decided, none of it waits any more. */
  async closeAll(): Promise<void> {
    for (const uri of this.shown.splice(0)) {
      await this.previews.close(uri);
    }
  }
}

import { UserError } from '../../base/errors.ts';
import { contentHash } from '../store/contentHash.ts';
import type { FileChange, Workspace } from './workspace.ts';

/** What was done to a file, as hashes of its text: enough to tell later whether it has stayed. */
export interface FileEdit {
  readonly path: string;
  /** Undefined where there was no such file. */
  readonly before: string | undefined;
  readonly after: string;
}

export function fileEditOf({ path, before, after }: FileChange): FileEdit {
  return {
    path,
    before: before === undefined ? undefined : contentHash(before),
    after: contentHash(after),
  };
}

/** Whether a file reads again as before the edit, unsaved changes in an editor included. */
export async function isUndone(
  { path, before, after }: FileEdit,
  workspace: Pick<Workspace, 'readText'>,
): Promise<boolean> {
  return before !== after && (await hashNow(path, workspace)) === before;
}

/** Undefined where the file is gone or is no text any more. */
async function hashNow(
  path: string,
  workspace: Pick<Workspace, 'readText'>,
): Promise<string | undefined> {
  try {
    return contentHash((await workspace.readText(path)).text);
  } catch (error) {
    if (error instanceof UserError) {
      return undefined;
    }
    throw error;
  }
}

import { stat } from 'node:fs/promises';
import { toError, UserError } from '../../base/errors.ts';
import type { BulkSource } from '../../core/model/batches/bulkTask.ts';
import { displayPath, resolvePath } from '../../core/tools/paths.ts';
import { isSensitiveFile } from '../../core/tools/sensitiveFiles.ts';
import type { Workspace } from '../../core/tools/workspace.ts';
import { isHidden } from '../hiding.ts';

/** Longer files are generated more often than written, and cost more than they tell. */
export const maxFileBytes = 200_000;

/** A file that was chosen and is left out, and why. */
export interface SkippedFile {
  readonly displayPath: string;
  readonly reason: string;
}

/**
 * Reads a file that a job may send. Throws `UserError` with the reason where it is none: outside of the
 * open folders, hidden, by its name a secret, too long, binary or empty.
 */
export async function readBulkSource(workspace: Workspace, path: string): Promise<BulkSource> {
  const roots = workspace.roots();
  // A link may lead out of the folders, or to a file that is hidden.
  const target = await resolvePath(path, roots);
  if (!target.root) {
    throw new UserError('It is outside of the open folders.');
  }
  if (isSensitiveFile(path) || isSensitiveFile(target.path)) {
    throw new UserError('By its name it holds secrets.');
  }
  if ((await isHidden(path, false, roots)) || (await isHidden(target.path, false, roots))) {
    throw new UserError('.slipstreamignore hides it.');
  }
  if ((await sizeOf(path)) > maxFileBytes) {
    throw new UserError(`It is longer than ${maxFileBytes / 1_000} kB.`);
  }
  const { text } = await workspace.readText(path);
  if (text.trim() === '') {
    throw new UserError('It is empty.');
  }
  return { displayPath: displayPath(path, roots), text };
}

/** Why a file is left out, as a sentence for a list. */
export function reasonOf(error: unknown): string {
  return toError(error).message;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    // Reading it will say what is wrong, in the user's words.
    return 0;
  }
}

import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../../base/errors.ts';
import type { FileBefore } from '../store/checkpointStore.ts';
import type { Workspace } from '../tools/workspace.ts';

/**
 * The largest file that is kept. Source files are a hundredth of it; what is larger is data that
 * tools rarely change, and takes longer to keep than the change itself.
 */
export const maxKeptFileBytes = 10 * 1024 * 1024;

type Files = Pick<Workspace, 'readText' | 'openFiles'>;

/** What a file is like now, to be brought back later. Throws `UserError` where it can't be read. */
export async function readBefore(path: string, workspace: Files): Promise<FileBefore> {
  const onDisk = await statOf(path);
  if (!onDisk && !workspace.openFiles().includes(path)) {
    return { kind: 'missing' };
  }
  if (onDisk && onDisk.sizeBytes > maxKeptFileBytes) {
    return { kind: 'tooLarge', sizeBytes: onDisk.sizeBytes };
  }
  const { text, isDirty } = await workspace.readText(path);
  const plain = Buffer.from(text, 'utf8');
  if (plain.length > maxKeptFileBytes) {
    return { kind: 'tooLarge', sizeBytes: plain.length };
  }
  // What an editor holds is not on disk yet: its text is all there is to bring back.
  const bytes = isDirty || !onDisk ? plain : await readFile(path);
  return { kind: 'text', text, bytes: plain.equals(bytes) ? undefined : bytes, mode: onDisk?.mode };
}

/** The text of a file as the user sees it; undefined where there is none. Throws `UserError`. */
export async function readNow(path: string, workspace: Files): Promise<string | undefined> {
  if (!(await statOf(path)) && !workspace.openFiles().includes(path)) {
    return undefined;
  }
  return (await workspace.readText(path)).text;
}

interface OnDisk {
  readonly sizeBytes: number;
  /** Permissions. */
  readonly mode: number;
}

/** Undefined where there is nothing. */
async function statOf(path: string): Promise<OnDisk | undefined> {
  try {
    const { size, mode } = await stat(path);
    return { sizeBytes: size, mode: mode & 0o7777 };
  } catch (error) {
    if (error instanceof Error && 'code' in error && isAbsence(error.code)) {
      return undefined;
    }
    throw new UserError(`${path} can't be read: ${String(error)}`, { cause: error });
  }
}

function isAbsence(code: unknown): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}

import { UserError } from '../../base/errors.ts';
import { countChangedLines } from '../edit/unifiedDiff.ts';
import { type CheckpointStore, type FileState, missingFile } from '../store/checkpointStore.ts';
import { contentHash } from '../store/contentHash.ts';
import { resolvePath } from '../tools/paths.ts';
import type { FileChange, FileDeletion, Workspace } from '../tools/workspace.ts';
import { maxKeptFileBytes, readNow } from './fileBefore.ts';

/** A file that would be changed by a restore. */
export interface PlannedFile {
  readonly kind: 'change' | 'creation' | 'deletion';
  readonly change: FileChange | FileDeletion;
  readonly addedLines: number;
  readonly removedLines: number;
  /** Whether somebody else changed it after Slipstream last did. */
  readonly isConflict: boolean;
}

/** A file that can't be restored. */
export interface LostFile {
  readonly path: string;
  /** A sentence. */
  readonly reason: string;
}

export interface RestorePlan {
  readonly files: readonly PlannedFile[];
  readonly lost: readonly LostFile[];
  /** Whether commands ran since, which may have changed any file. */
  readonly hasCommands: boolean;
}

export interface RestorePlanParts {
  readonly store: Pick<CheckpointStore, 'readSince' | 'readContent'>;
  readonly workspace: Pick<Workspace, 'readText' | 'openFiles'>;
  /** How much may be kept in all, for messages. */
  readonly maxMegabytes: () => number;
}

/** What would have to change for the files to be as they were at this checkpoint. */
export async function planRestore(
  parts: RestorePlanParts,
  threadId: string,
  checkpointId: string,
): Promise<RestorePlan> {
  const { files: states, hasCommands } = await parts.store.readSince(threadId, checkpointId);
  const files: PlannedFile[] = [];
  const lost: LostFile[] = [];
  for (const state of states) {
    try {
      files.push(...(await planFile(parts, state)));
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      lost.push({ path: state.path, reason: error.message });
    }
  }
  return { files, lost, hasCommands };
}

/** None where the file is as it was. Throws `UserError` where it can't be restored. */
async function planFile(
  parts: RestorePlanParts,
  state: FileState,
): Promise<readonly PlannedFile[]> {
  const { path } = state;
  // A link may have been put in its way since: what it leads to is another file.
  if ((await resolvePath(path, [])).path !== path) {
    throw new UserError('A link now leads from here to another place.');
  }
  const now = await readNow(path, parts.workspace);
  const hashNow = now === undefined ? missingFile : contentHash(now);
  if (hashNow === (state.state === 'missing' ? missingFile : state.textHash)) {
    return [];
  }
  const change = await changeTo(parts, state, now);
  const [addedLines, removedLines] = countChangedLines(now ?? '', change.after ?? '');
  const isConflict = !(state.isUnbroken && state.own.includes(hashNow));
  return [{ kind: kindOf(change), change, addedLines, removedLines, isConflict }];
}

function kindOf({ before, after }: FileChange | FileDeletion): PlannedFile['kind'] {
  if (after === undefined) {
    return 'deletion';
  }
  return before === undefined ? 'creation' : 'change';
}

async function changeTo(
  parts: RestorePlanParts,
  state: FileState,
  now: string | undefined,
): Promise<FileChange | FileDeletion> {
  const { path, mode, textHash, bytesHash } = state;
  if (state.state === 'missing' && now !== undefined) {
    return { path, before: now, after: undefined };
  }
  if (textHash === undefined) {
    throw new UserError(whyLost(state, parts.maxMegabytes()));
  }
  const after = Buffer.from(await parts.store.readContent(textHash)).toString('utf8');
  if (now !== undefined) {
    return { path, before: now, after };
  }
  const bytes = bytesHash === undefined ? undefined : await parts.store.readContent(bytesHash);
  return {
    path,
    before: undefined,
    after,
    ...(bytes ? { bytes } : {}),
    ...(mode === undefined ? {} : { mode }),
  };
}

function whyLost({ state, sizeBytes }: FileState, maxMegabytes: number): string {
  const megabyte = 1024 * 1024;
  return state === 'tooLarge'
    ? `It was not kept: it has ${Math.ceil(sizeBytes / megabyte)} MB, and files over ${maxKeptFileBytes / megabyte} MB are not.`
    : `It is no longer kept: all checkpoints together may take ${maxMegabytes} MB, and the oldest go first.`;
}

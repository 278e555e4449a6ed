import { execFileSync } from 'node:child_process';
import { chownSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toError } from '../../../src/base/errors.ts';
import { createTempDir, removeTempDir } from '../tempDir.ts';
import { ordinaryUser } from './serverProgram.ts';

/** A file system of its own in memory, which can be filled up without harm. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves so much room. */
  fill(leftBytes: number): void;
  /** Takes back what `fill` did. */
  empty(): void;
  dispose(): void;
}

/** The disk, or why this machine has none: only root may mount one, and only on Linux. */
export function createSmallDisk(sizeBytes: number): SmallDisk | string {
  const path = createTempDir('small-disk');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', path], {
      stdio: 'pipe',
    });
  } catch (error) {
    removeTempDir(path);
    return toError(error).message;
  }
  const { uid, gid } = ordinaryUser();
  if (uid !== undefined && gid !== undefined) {
    chownSync(path, uid, gid);
  }
  const ballast = join(path, 'ballast');
  return {
    path,
    fill: (leftBytes) => {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leftBytes)));
    },
    empty: () => rmSync(ballast),
    dispose: () => {
      // What was just killed may still hold files.
      execFileSync('umount', ['--lazy', path]);
      removeTempDir(path);
    },
  };
}

import { execFileSync } from 'node:child_process';
import { createTempDir, removeTempDir } from './tempDir.ts';

/** A disk of a test that is soon full. */
export interface SmallDisk {
  readonly path: string;
  dispose(): void;
}

/**
 * Undefined where none can be made: only an administrator may, and some containers forbid it to them.
 * @param kilobytes Its size; the least is a page for the folder and one for each file.
 */
export function createSmallDisk(kilobytes: number): SmallDisk | undefined {
  const path = createTempDir('disk');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path], {
      stdio: 'ignore',
    });
  } catch {
    // Not allowed here, or no such program: whoever asks leaves its test out.
    removeTempDir(path);
    return undefined;
  }
  return {
    path,
    dispose: () => {
      execFileSync('umount', ['-l', path]);
      removeTempDir(path);
    },
  };
}

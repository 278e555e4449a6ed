import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder of this process: removed by `removeTempDir`, and at the latest when it ends. */
export function createTempDir(name: string): string {
  if (!isWatched) {
    isWatched = true;
    process.once('exit', () => [...created].forEach(removeTempDir));
  }
  const path = mkdtempSync(join(tmpdir(), `slipstream-${name}-`));
  created.add(path);
  return path;
}

/** Removes such a folder with all that is in it. */
export function removeTempDir(path: string): void {
  created.delete(path);
  // Processes that were just killed may still hold files, or write a last one.
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

const created = new Set<string>();
let isWatched = false;

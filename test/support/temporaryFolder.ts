import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Disposable, toDisposable } from '../../src/base/lifecycle.ts';

export interface TemporaryFolder extends Disposable {
  /** Absolute, with links resolved. */
  readonly path: string;
}

/** A fresh, empty folder; disposing removes it with all that is in it. */
export function createTemporaryFolder(name = 'test'): TemporaryFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), `slipstream-${name}-`)));
  // Windows lets go of files a moment after they were closed.
  const remove = toDisposable(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return { path, dispose: () => remove.dispose() };
}

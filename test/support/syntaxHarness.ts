import assert from 'node:assert/strict';
import { join } from 'node:path';
import { copyGrammars } from '../../esbuild.grammars.mjs';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { lazy } from '../../src/base/lazy.ts';
import { createSyntax, type OwnedSyntax } from '../../src/core/syntax/createSyntax.ts';
import type { FileSyntax } from '../../src/core/syntax/syntax.ts';
import { repositoryDir } from './paths.ts';
import { createTempDir } from './tempDir.ts';

/** The real grammars, in a folder of this process, laid out as in the package. */
export const grammarsDir = lazy(async () => {
  const folder = createTempDir('grammars');
  await copyGrammars(folder);
  return folder;
});

/** Runs as it is, without having been bundled. */
export const workerFile = join(repositoryDir, 'src/core/syntax/syntaxWorker.ts');

/** The machine's time, on which no deadline passes however busy the machine is. */
const patientClock: Clock = { ...systemClock, now: () => systemClock.now() / 50 };

/** The real service; what goes wrong with it fails the test. The caller disposes of it. */
export async function createTestSyntax(clock: Clock = patientClock): Promise<OwnedSyntax> {
  return createSyntax({
    grammarsDir: await grammarsDir(),
    workerFile,
    clock,
    onError: (error, action) => assert.fail(`${action}: ${error.stack}`),
  });
}

/** Reads one text with a service of its own, and asserts that nothing of it is left. */
export async function readOnce<T>(
  languageId: string,
  text: string,
  use: (syntax: FileSyntax) => T,
): Promise<T> {
  const syntax = await createTestSyntax();
  try {
    return await syntax.read({ languageId, text }, use);
  } finally {
    assert.equal(syntax.counts().wasm?.trees ?? 0, 0, 'trees are left');
    syntax.dispose();
  }
}

/** Stands for the cursor, and for the ends of a range, in the text of a test. */
const mark = '¦';

/** A text without its marks, and where they were. */
export function marked(source: string): { readonly text: string; readonly offsets: number[] } {
  const [first = '', ...rest] = source.split(mark);
  const offsets: number[] = [];
  let text = first;
  for (const part of rest) {
    offsets.push(text.length);
    text += part;
  }
  return { text, offsets };
}

/** A text with a single mark. */
export function atCursor(source: string): { readonly text: string; readonly offset: number } {
  const { text, offsets } = marked(source);
  const [offset] = offsets;
  assert.ok(offset !== undefined && offsets.length === 1, `one mark is wanted in ${source}`);
  return { text, offset };
}

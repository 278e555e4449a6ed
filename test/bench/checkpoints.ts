/**
 * Files kept before a turn changes them, one and a hundred of them, against copying the files; and a
 * large file of which each turn changes one line, against keeping it whole.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { Checkpoints } from '../../src/core/checkpoint/checkpoints.ts';
import { noUsage } from '../../src/core/model/message.ts';
import { SqliteCheckpointStore } from '../../src/core/store/checkpointStore.ts';
import { contentHash } from '../../src/core/store/contentHash.ts';
import { openThreadStore } from '../../src/core/store/openThreadStore.ts';
import type { StoreConnection } from '../../src/core/store/storeConnection.ts';
import { DiskWorkspace } from '../support/diskWorkspace.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { median, medianMs, printReport, rounded } from './support.ts';

const fileCount = 100;
/** Characters, as a source file of 300 lines. */
const fileSize = 10_000;
const turns = 15;
/** Characters, as generated code or a lock file. */
const largeSize = 2_000_000;

const folder = createTemporaryFolder('bench-checkpoints');
const workFolder = join(folder.path, 'work');
const copyFolder = join(folder.path, 'copies');
const paths = Array.from({ length: fileCount }, (_, n) => join(workFolder, `file${n}.ts`));
await mkdir(workFolder);
await mkdir(copyFolder);

const words = [
  ...['const', 'return', 'function', 'export', 'import', 'await', 'items', 'total', 'request'],
  ...['response', 'price', 'cart', 'user', 'index', 'result', 'options', '=>', '{', '}', '(', ')'],
];
let seed = 1;

/** Does not repeat itself within a large file. */
function random(limit: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return (seed >>> 8) % limit;
}

/** Shrinks to a third, as source text does. */
function sourceText(characters = fileSize): string {
  const lines: string[] = [];
  for (let size = 0; size < characters; ) {
    const line = Array.from({ length: 4 }, () => `${words[random(words.length)]}${random(60)}`);
    lines.push(`${' '.repeat(2 * random(4))}${line.join(' ')};`);
    size += (lines.at(-1)?.length ?? 0) + 1;
  }
  return lines.join('\n').slice(0, characters);
}

/** Each file anew, so that no turn finds its contents kept already. */
async function writeFiles(): Promise<void> {
  for (const path of paths) {
    await writeFile(path, sourceText());
  }
}

async function openStore(): Promise<{ connection: StoreConnection; dispose: () => void }> {
  const path = join(folder.path, 'threads.db');
  const { store, connection } = await openThreadStore({ path, clock: systemClock });
  await store.createThread({
    id: 'thread',
    workspace: 'w',
    title: 'Thread',
    isTitleByUser: false,
    systemPrompt: '',
    createdAt: 0,
    updatedAt: 0,
    usage: noUsage,
    costUsd: 0,
  });
  return { connection, dispose: () => store.dispose() };
}

const { connection, dispose } = await openStore();
const checkpoints = new Checkpoints({
  store: new SqliteCheckpointStore(connection),
  workspace: new DiskWorkspace(workFolder),
  clock: systemClock,
  newId: () => '',
  maxMegabytes: () => 200,
});
const nobody = { kept: () => undefined, released: () => undefined };

/** As the tools do it: one file after the other, each committed before it may be changed. */
async function keep(turnId: string, files: readonly string[]): Promise<void> {
  const fail = (error: unknown): never => {
    throw error;
  };
  const turn = checkpoints.beginTurn({ threadId: 'thread', turnId }, fail, nobody);
  for (const path of files) {
    const edit = { path, before: undefined, after: contentHash(path) };
    await turn.beforeRun({ access: [], edits: [edit] });
  }
}

async function copy(files: readonly string[]): Promise<void> {
  for (const [n, path] of files.entries()) {
    await copyFile(path, join(copyFolder, `${n}`));
  }
}

async function measure(
  count: number,
): Promise<{ readonly keepMs: number; readonly copyMs: number }> {
  const files = paths.slice(0, count);
  const kept: number[] = [];
  const copied: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    await writeFiles();
    kept.push(await medianMs(1, () => keep(`turn-${count}-${turn}`, files)));
    copied.push(await medianMs(1, () => copy(files)));
  }
  return { keepMs: median(kept), copyMs: median(copied) };
}

/** What all that is kept takes. */
async function keptBytes(): Promise<number> {
  const sql = 'SELECT sum(kept_bytes) AS kept FROM checkpoint_chunks';
  return Number((await connection.read(() => connection.database.get(sql)))?.['kept']);
}

/** Turns that each change one line of a large file, each at another place. */
async function measureLarge(): Promise<Readonly<Record<string, number>>> {
  const path = join(workFolder, 'large.ts');
  const lines = sourceText(largeSize).split('\n');
  await writeFile(path, lines.join('\n'));
  const empty = await keptBytes();
  const firstMs = await medianMs(1, () => keep('large-first', [path]));
  const first = await keptBytes();
  const kept: number[] = [];
  const copied: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    lines[random(lines.length)] = `changed in ${turn};`;
    await writeFile(path, lines.join('\n'));
    kept.push(await medianMs(1, () => keep(`large-${turn}`, [path])));
    copied.push(await medianMs(1, () => copy([path])));
  }
  return {
    largeFileBytes: largeSize,
    largeFirstMs: rounded(firstMs),
    largeFirstKeptBytes: first - empty,
    oneLineMs: rounded(median(kept)),
    copyLargeMs: rounded(median(copied)),
    oneLineKeptBytes: rounded(((await keptBytes()) - first) / turns),
  };
}

// The first turn prepares the statements.
await writeFiles();
await keep('first', paths);
const one = await measure(1);
const many = await measure(fileCount);
const contents = await connection.read(() =>
  connection.database.get('SELECT count(*) AS n FROM checkpoint_contents'),
);
const smallBytes = await keptBytes();
const large = await measureLarge();
dispose();
folder.dispose();

printReport('checkpoints', {
  fileBytes: fileSize,
  oneFileMs: rounded(one.keepMs),
  copyOneFileMs: rounded(one.copyMs),
  files: fileCount,
  filesMs: rounded(many.keepMs),
  copyFilesMs: rounded(many.copyMs),
  ratio: rounded(many.keepMs / many.copyMs),
  perFileMs: rounded(many.keepMs / fileCount),
  keptBytesPerFile: rounded(smallBytes / Number(contents?.['n'])),
  ...large,
});

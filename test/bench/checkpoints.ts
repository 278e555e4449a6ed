/** Files kept before a turn changes them, one and a hundred of them, against copying the files. */
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

function random(limit: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed % limit;
}

/** Shrinks to a third, as source text does. */
function sourceText(): string {
  const lines: string[] = [];
  for (let size = 0; size < fileSize; ) {
    const line = Array.from({ length: 4 }, () => `${words[random(words.length)]}${random(60)}`);
    lines.push(`${' '.repeat(2 * random(4))}${line.join(' ')};`);
    size += (lines.at(-1)?.length ?? 0) + 1;
  }
  return lines.join('\n').slice(0, fileSize);
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

// The first turn prepares the statements.
await writeFiles();
await keep('first', paths);
const one = await measure(1);
const many = await measure(fileCount);
const size = await connection.read(() =>
  connection.database.get('SELECT sum(kept_bytes) AS kept, count(*) AS n FROM checkpoint_contents'),
);
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
  keptBytesPerFile: rounded(Number(size?.['kept']) / Number(size?.['n'])),
});

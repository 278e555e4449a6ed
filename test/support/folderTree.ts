import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A symbolic link in a tree, made as it is written: relative to its own folder, or absolute. */
export interface TreeLink {
  readonly linkTo: string;
}

/** What a name stands for: a file's text or bytes, a link, or a folder. Names may hold slashes. */
export type TreeEntry = string | Uint8Array | TreeLink | FolderTree;

export interface FolderTree {
  readonly [name: string]: TreeEntry;
}

/** A folder under the system's temporary one. Its path has links resolved. */
export interface TemporaryFolder {
  readonly path: string;
  /** The absolute path of a file in it, given with slashes. */
  join(...parts: readonly string[]): string;
  /** Adds files to it, replacing those of the same name. */
  add(tree: FolderTree): Promise<void>;
  /** A file's text, byte-order mark included. */
  read(name: string): Promise<string>;
  readBytes(name: string): Promise<Buffer>;
  dispose(): Promise<void>;
}

/** Makes a temporary folder that holds `tree`: `{ 'src/a.ts': 'text', empty: {} }`. */
export async function createFolder(tree: FolderTree = {}): Promise<TemporaryFolder> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'slipstream-test-')));
  await writeTree(root, tree);
  return {
    path: root,
    join: (...parts) => path.join(root, ...parts),
    add: (added) => writeTree(root, added),
    read: (name) => readFile(path.join(root, name), 'utf8'),
    readBytes: (name) => readFile(path.join(root, name)),
    dispose: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

async function writeTree(folder: string, tree: FolderTree): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, entry] of Object.entries(tree)) {
    const target = path.join(folder, name);
    await mkdir(path.dirname(target), { recursive: true });
    if (typeof entry === 'string' || entry instanceof Uint8Array) {
      await writeFile(target, entry);
    } else if (isLink(entry)) {
      await symlink(entry.linkTo, target);
    } else {
      await writeTree(target, entry);
    }
  }
}

function isLink(entry: TreeLink | FolderTree): entry is TreeLink {
  return typeof entry['linkTo'] === 'string';
}

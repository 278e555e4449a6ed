import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** Enough of a hash that no two projects of a team share it. */
const identityCharacters = 32;

/**
 * What names a project on all machines of a team: the address of its origin, however it is written,
 * else its folder's name. Hashed, so that the server is not told addresses.
 * @param name What the user calls it; takes the place of both. Empty for none.
 */
export async function projectIdentity(folders: readonly string[], name: string): Promise<string> {
  const named = name.trim();
  if (named !== '') {
    return hashed(`name\n${named}`);
  }
  const places = await Promise.all(folders.map(placeOf));
  // The folders of a window may be opened in any order.
  return hashed(places.sort().join('\n'));
}

/**
 * The address of a repository without what differs from member to member: scheme, user, password,
 * port and a trailing `.git`. Undefined for what names no server, such as a folder.
 */
export function normalizeRemote(url: string): string | undefined {
  const trimmed = url.trim();
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.+)$/.exec(trimmed);
  const host = scp?.[1];
  const path = scp?.[2];
  if (host !== undefined && path !== undefined) {
    // C:\repositories is a drive, not a host.
    return host.length === 1 ? undefined : joined(host, path);
  }
  const parsed = URL.parse(trimmed);
  return parsed && parsed.protocol !== 'file:' && parsed.hostname !== ''
    ? joined(parsed.hostname, parsed.pathname)
    : undefined;
}

/** Hosting services tell no cases apart, and members do not write them alike. */
function joined(host: string, path: string): string {
  const clean = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/i, '');
  return `${host}/${clean}`.toLowerCase();
}

async function placeOf(folder: string): Promise<string> {
  const url = await readOrigin(folder);
  const remote = url === undefined ? undefined : normalizeRemote(url);
  return remote === undefined ? `folder\n${basename(folder)}` : `remote\n${remote}`;
}

/**
 * Reads it from git's files rather than running git, which does what a folder's configuration says:
 * nobody has said that they trust it. The folder may be below the one that is a repository.
 */
async function readOrigin(folder: string): Promise<string | undefined> {
  const config = await readText(join(await gitFolder(folder), 'config'));
  if (config === '') {
    const parent = dirname(folder);
    return parent === folder ? undefined : readOrigin(parent);
  }
  const section = /^\s*\[remote "origin"\]\s*$([^[]*)/m.exec(config)?.[1] ?? '';
  return /^\s*url\s*=\s*"?([^"\r\n]*?)"?\s*$/m.exec(section)?.[1];
}

/** Where git keeps a repository's configuration; a linked work tree names it in a file. */
async function gitFolder(folder: string): Promise<string> {
  const own = join(folder, '.git');
  const linked = /^gitdir:\s*(.+?)\s*$/m.exec(await readText(own))?.[1];
  if (linked === undefined) {
    return own;
  }
  const tree = resolve(folder, linked);
  const common = (await readText(join(tree, 'commondir'))).trim();
  return common === '' ? tree : resolve(tree, common);
}

/** Empty where there is no such file, or a folder in its place. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Most folders have none of these files, and then the next best name does.
    return '';
  }
}

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, identityCharacters);
}

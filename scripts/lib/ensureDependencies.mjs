// Installs node_modules when it is missing or does not hold what package-lock.json asks for.
import { readFile } from 'node:fs/promises';
import { withLock } from './lock.mjs';
import { npm } from './npm.mjs';
import { cacheDir, rootDir } from './paths.mjs';

export async function ensureDependencies() {
  if (await isInstalled()) {
    return;
  }
  await withLock(`${cacheDir}/dependencies.lock`, async () => {
    if (await isInstalled()) {
      return;
    }
    console.log('Installing dependencies (npm ci)');
    await npm(['ci', '--no-audit', '--no-fund'], rootDir);
  });
}

/** Compares versions, not dates: a checkout or a backup changes dates. */
async function isInstalled() {
  const wanted = await readPackages(`${rootDir}/package-lock.json`);
  const present = await readPackages(`${rootDir}/node_modules/.package-lock.json`);
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || entry.optional === true || present[path]?.version === entry.version,
  );
}

/** @param {string} path */
async function readPackages(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8')).packages ?? {};
  } catch (error) {
    if (error.code === 'ENOENT') {
      return {};
    }
    throw error;
  }
}

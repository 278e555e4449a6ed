// Prepares VS Code's own server, from the npm package code-server: what tests and `npm start` use
// where no desktop VS Code can be had. About 800 MB in the cache, made once.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ensureNode24 } from './ensureNode.mjs';
import { withLock } from './lock.mjs';
import { nodeGypCli, npm } from './npm.mjs';
import { cacheDir } from './paths.mjs';
import { runOrThrow } from './run.mjs';

const codeServer = 'code-server@4.139.1';
const folder = `${cacheDir}/server`;
const serverRoot = `${folder}/node_modules/code-server/lib/vscode`;

/** Says what is done already, and to others where the server is. */
const stampPath = `${folder}/ready.json`;

/** Built from source because we run no install scripts; the server does without, but with less. */
const nativeModules = [
  { name: 'node-pty', loss: 'terminals do not open' },
  { name: '@parcel/watcher', loss: 'changes of files on disk are not noticed' },
  { name: '@vscode/native-watchdog', loss: 'an extension host may outlive its server' },
  { name: '@vscode/spdlog', loss: 'the server writes no log files' },
];

/**
 * @typedef {object} Stamp
 * @property {string} codeServer
 * @property {string} node The Node program to run the server with.
 * @property {string} serverRoot The folder that holds out/server-main.js.
 * @property {string[]} done Steps that need no repetition.
 */

/** @returns {Promise<Stamp>} */
export async function ensureVsCodeServer() {
  if (process.platform === 'win32') {
    throw new Error('The VS Code server of npm does not run on Windows.');
  }
  const node = await ensureNode24();
  const stamp = await readStamp(node);
  if (stamp.isCurrent) {
    return stamp;
  }
  return await withLock(`${cacheDir}/server.lock`, () => prepare(node));
}

/** @param {string} node */
async function prepare(node) {
  const { isCurrent: _, ...stamp } = await readStamp(node);
  const save = () => writeFile(stampPath, `${JSON.stringify(stamp, null, 2)}\n`);
  for (const step of steps.filter((one) => !stamp.done.includes(one.name))) {
    console.log(`Preparing the VS Code server: ${step.name}`);
    if (await step.work(node)) {
      stamp.done.push(step.name);
      await save();
    }
  }
  await save();
  return stamp;
}

/** @type {{ name: string, work: (node: string) => Promise<boolean> }[]} */
const steps = [
  { name: `fetch ${codeServer}`, work: fetchServer },
  { name: 'install its parts', work: (node) => installParts(serverRoot, node) },
  {
    name: 'install TypeScript support',
    work: (node) => installParts(`${serverRoot}/extensions`, node),
  },
  ...nativeModules.map(({ name, loss }) => ({
    name: `build ${name}`,
    work: (/** @type {string} */ node) => buildNative(name, loss, node),
  })),
];

/** @param {string} node */
async function fetchServer(node) {
  const installed = await readJson(`${folder}/node_modules/code-server/package.json`);
  if (installed?.version !== codeServer.split('@')[1]) {
    await rm(`${folder}/node_modules`, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(`${folder}/package.json`, '{ "private": true }\n');
    await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', codeServer], folder, node);
  }
  return true;
}

/**
 * @param {string} packageDir
 * @param {string} node
 */
async function installParts(packageDir, node) {
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  await npm(['install', ...flags], packageDir, node);
  return true;
}

/**
 * A part that cannot be built is told and tried again next time; the server starts all the same.
 * @param {string} name
 * @param {string} loss
 * @param {string} node
 */
async function buildNative(name, loss, node) {
  const packageDir = `${serverRoot}/node_modules/${name}`;
  const nodeRoot = resolve(dirname(node), '..');
  const headers = existsSync(`${nodeRoot}/include/node/node.h`) ? [`--nodedir=${nodeRoot}`] : [];
  try {
    await runOrThrow(node, [nodeGypCli(), 'rebuild', ...headers], {
      cwd: packageDir,
      env: { PATH: `${dirname(node)}:${process.env.PATH}`, npm_config_nodedir: undefined },
      isQuiet: true,
    });
    return true;
  } catch (error) {
    console.warn(`${name} could not be built, so ${loss}. It needs python3, make and g++.`);
    console.warn(error.message);
    return false;
  }
}

/**
 * @param {string} node
 * @returns {Promise<Stamp & { isCurrent: boolean }>}
 */
async function readStamp(node) {
  const stamp = await readJson(stampPath);
  const isFetched =
    stamp?.codeServer === codeServer && existsSync(`${serverRoot}/out/server-main.js`);
  const done = isFetched ? stamp.done : [];
  const isCurrent = stamp?.node === node && steps.every((step) => done.includes(step.name));
  return { codeServer, node, serverRoot, done, isCurrent };
}

/** @param {string} path */
async function readJson(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

// Finds @vscode/chat-lib, the completion engine of GitHub Copilot as a library, to compare with; fetches
// it from npm into the cache folder. It is no dependency of ours: it weighs 230 MB.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { withLock } from './lock.mjs';
import { npm } from './npm.mjs';
import { cacheDir } from './paths.mjs';

const name = '@vscode/chat-lib';
/** Its insides are reached into, which another version may have changed. */
const version = '0.66.0';

/** Resolves to the file to `require` from; undefined, with the reason printed, where it can't be had. */
export async function ensureChatLib() {
  const folder = `${cacheDir}/chat-lib`;
  const manifest = `${folder}/package.json`;
  if (!isComplete(folder)) {
    try {
      await withLock(`${cacheDir}/chat-lib.lock`, () => install(folder, manifest));
    } catch (error) {
      console.log(`${name} ${version} could not be fetched: ${error.message}`);
      return undefined;
    }
  }
  return manifest;
}

/**
 * @param {string} folder
 * @param {string} manifest
 */
async function install(folder, manifest) {
  if (isComplete(folder)) {
    return;
  }
  console.log(`Fetching ${name} ${version} from npm, to compare with`);
  await mkdir(folder, { recursive: true });
  await writeFile(manifest, '{ "private": true }\n');
  await npm(
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`],
    folder,
  );
  await copyAssets(`${folder}/node_modules/@vscode`);
}

/** The runtime of the grammars is copied last. */
function isComplete(/** @type {string} */ folder) {
  return existsSync(`${folder}/node_modules/${name}/dist/tree-sitter.wasm`);
}

/** Puts its tokenizers and grammars where it looks for them, as its own script would. */
async function copyAssets(/** @type {string} */ modules) {
  const dist = `${modules}/chat-lib/dist`;
  for (const [from, ending] of [
    [`${dist}/src/_internal/platform/tokenizer/node`, '.tiktoken'],
    [`${modules}/tree-sitter-wasm/wasm`, '.wasm'],
  ]) {
    const files = await readdir(from);
    for (const file of files.filter((one) => one.endsWith(ending))) {
      await copyFile(`${from}/${file}`, `${dist}/${file}`);
    }
  }
}

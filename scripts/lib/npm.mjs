// Calls npm from inside an npm script: through its own JavaScript (so that it works on Windows
// without a shell) and without the outer npm's settings leaking in.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runOrThrow } from './run.mjs';

/** Settings of the outer project's .npmrc and package.json, which npm hands to its scripts. */
const inherited =
  /^npm_(config_(strict_allow_scripts|allow_scripts|local_prefix)|package_|lifecycle_)/;

/**
 * Runs npm in a folder, quietly; its output is shown if it fails.
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {string} [node] The Node to run npm with and to put first on PATH; ours by default.
 */
export async function npm(args, cwd, node = process.execPath) {
  const separator = process.platform === 'win32' ? ';' : ':';
  const env = {
    ...Object.fromEntries(
      Object.keys(process.env)
        .filter((name) => inherited.test(name))
        .map((name) => [name, undefined]),
    ),
    PATH: `${dirname(node)}${separator}${process.env.PATH ?? ''}`,
  };
  await runOrThrow(node, [npmCli(), ...args], { cwd, env, isQuiet: true });
}

/** The JavaScript file behind the `npm` command. */
export function npmCli() {
  const fromNpm = process.env.npm_execpath;
  if (fromNpm?.endsWith('npm-cli.js') && existsSync(fromNpm)) {
    return fromNpm;
  }
  const globalRoot = execFileSync('npm', ['root', '--global'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  const besideNode = join(dirname(process.execPath), 'node_modules');
  for (const folder of [globalRoot, besideNode]) {
    const cli = join(folder, 'npm', 'bin', 'npm-cli.js');
    if (existsSync(cli)) {
      return cli;
    }
  }
  throw new Error('npm was not found. Run this through npm, for example: npm test');
}

/** node-gyp's JavaScript file: npm carries its own copy. */
export function nodeGypCli() {
  return join(dirname(npmCli()), '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
}

// npm start [folder]: builds Slipstream and opens it in VS Code: the desktop's where `code` is on
// PATH, else (or with --server) VS Code's server in a browser.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { ensureDependencies } from './lib/ensureDependencies.mjs';
import { ensureVsCodeServer } from './lib/ensureVsCodeServer.mjs';
import { rootDir } from './lib/paths.mjs';
import { run, runOrThrow } from './lib/run.mjs';

const wantsServer = process.argv.includes('--server');
const named = process.argv.slice(2).find((arg) => !arg.startsWith('--'));
// npm runs scripts in the repository's root; INIT_CWD is where the person called it.
const folder = named ? resolve(process.env.INIT_CWD ?? '', named) : join(rootDir, 'sample');
if (!existsSync(folder) || !statSync(folder).isDirectory()) {
  console.error(`There is no folder ${folder}.`);
  process.exit(1);
}

try {
  await ensureDependencies();
  console.log('Building Slipstream');
  await runOrThrow(process.execPath, ['esbuild.mjs'], { cwd: rootDir });
  if (wantsServer || !(await openInDesktop())) {
    await openInServer();
  }
} catch (error) {
  // What went wrong was printed where it happened, or is in the message: a stack adds nothing.
  console.error(error.message);
  process.exitCode = 1;
}

/** Resolves with whether a desktop VS Code took it. */
async function openInDesktop() {
  const names = process.platform === 'win32' ? ['code.cmd', 'code.exe'] : ['code'];
  const program = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((one) => names.map((name) => join(one, name)))
    .find((path) => existsSync(path));
  if (!program) {
    return false;
  }
  const flags = [`--extensionDevelopmentPath=${rootDir}`, '--new-window'];
  const code = await run(program, [...flags, folder], { isShell: process.platform === 'win32' });
  if (code === 0) {
    console.log('Slipstream opens in VS Code: choose it in the activity bar at the left edge.');
    return true;
  }
  console.log(`${program} could not open it, so VS Code's server does.`);
  return false;
}

async function openInServer() {
  const { node } = await ensureVsCodeServer();
  const child = spawn(node, ['scripts/lib/openInServer.ts', folder], {
    cwd: rootDir,
    stdio: 'inherit',
  });
  // Ctrl+C reaches the child by itself: it stops in order, and then we end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  await new Promise((done) => child.once('exit', done));
}

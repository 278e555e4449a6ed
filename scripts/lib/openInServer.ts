// Opens a folder in VS Code's server with the extension installed, until Ctrl+C:
// node scripts/lib/openInServer.ts <folder>
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { repositoryDir } from '../../test/support/paths.ts';
import { startVsCodeServer } from '../../test/support/vsCodeServer.ts';

/** Kept between starts: threads, settings, keys. Nothing of the user's own VS Code is touched. */
const startDir = join(repositoryDir, '.vscode-test/start');
/** Always the same where it is free, because the browser keeps secrets by address. */
const usualPort = 8137;
const parentPollMs = 1_000;

const firstSettings = {
  'workbench.startupEditor': 'readme',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  // Two assistants side by side would confuse a first look; this hides VS Code's own.
  'chat.disableAIFeatures': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.startupPrompt': 'always',
  'telemetry.telemetryLevel': 'off',
};

const folder = process.argv[2] ?? '';
writeFirstSettings();
linkExtension();
const token = readToken();
const server = await startVsCodeServer({
  dataDir: join(startDir, 'data'),
  extensionsDir: join(startDir, 'extensions'),
  tokenFile: token.path,
  port: (await isFree(usualPort)) ? usualPort : 0,
  env: ownKeys(),
  isForTests: false,
  // Our own sample is known; about any other folder VS Code asks as it always does.
  asksForTrust: folder !== join(repositoryDir, 'sample'),
});
const address = `${server.url}/?tkn=${token.value}&folder=${encodeURI(folder)}`;
console.log(`\nSlipstream runs in VS Code at\n\n  ${address}\n`);
console.log('Choose Slipstream in the activity bar at the left edge. Ctrl+C here stops it.');
openBrowser(address);
stopWithParent();
await server.ended;

function writeFirstSettings(): void {
  const path = join(startDir, 'data/data/User/settings.json');
  if (!existsSync(path)) {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `${JSON.stringify(firstSettings, null, 2)}\n`);
  }
}

/** Installs the repository itself: after a build, reloading the window is enough to see a change. */
function linkExtension(): void {
  const extensionsDir = join(startDir, 'extensions');
  const { version } = JSON.parse(readFileSync(join(repositoryDir, 'package.json'), 'utf8'));
  const link = join(extensionsDir, `slipstream.slipstream-${version}`);
  if (!existsSync(link)) {
    rmSync(extensionsDir, { recursive: true, force: true });
    mkdirSync(extensionsDir, { recursive: true });
    symlinkSync(repositoryDir, link, 'dir');
  }
}

/** Without it, any page in any browser on this machine could drive the editor and its terminal. */
function readToken(): { readonly path: string; readonly value: string } {
  const path = join(startDir, 'token');
  if (!existsSync(path)) {
    writeFileSync(path, randomBytes(16).toString('hex'), { mode: 0o600 });
  }
  return { path, value: readFileSync(path, 'utf8') };
}

/** The variables that configure Slipstream; tests go without, a person's start does not. */
function ownKeys(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && /^(ANTHROPIC_|OTEL_)/.test(name) ? [[name, value]] : [],
    ),
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

function openBrowser(address: string): void {
  const { DISPLAY, WAYLAND_DISPLAY, BROWSER, CI } = process.env;
  const hasScreen = process.platform !== 'linux' || DISPLAY || WAYLAND_DISPLAY;
  if (!hasScreen || BROWSER === 'none' || CI) {
    return;
  }
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(opener, [address], { stdio: 'ignore', detached: true });
  child.on('error', () => console.log('No browser could be opened: open the address yourself.'));
  child.unref();
}

/** Ends when what started us is gone, even if it was killed and could not tell. */
function stopWithParent(): void {
  const parentPid = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parentPid) {
      clearInterval(timer);
      void server.dispose();
    }
  }, parentPollMs);
  timer.unref();
}

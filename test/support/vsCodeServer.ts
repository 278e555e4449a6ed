import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithUs, stopTree } from './ownedProcess.ts';
import { descendants, type ProcessEntry } from './processTree.ts';
import { createTempDir, removeTempDir } from './tempDir.ts';

export interface VsCodeServerOptions {
  /** Where the server keeps user data. A fresh folder, removed at the end, if left out. */
  readonly dataDir?: string;
  /** Where installed extensions are. A fresh, empty folder, removed at the end, if left out. */
  readonly extensionsDir?: string;
  /** Added to the environment of the extension host. Ours is passed on without keys of any kind. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ask about workspace trust, as VS Code does by default. Tests are spared it unless they say so. */
  readonly asksForTrust?: boolean;
  /** 0, the default, takes any free one. */
  readonly port?: number;
  /** Honour `extensionDevelopmentPath` and the like in a page's address. On unless turned off. */
  readonly isForTests?: boolean;
  /** A file with a secret that pages must bring along. Without it, anyone on this machine may come in. */
  readonly tokenFile?: string;
  /** Receives what the server prints. */
  readonly logFile?: string;
}

export interface VsCodeServer {
  /** For example `http://127.0.0.1:43521`, without a slash at the end. */
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  readonly extensionsDir: string;
  /** The extension hosts that run now, one for each open page. */
  extensionHosts(): readonly ProcessEntry[];
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends the server and everything it started, and removes the folders it was not given. */
  dispose(): Promise<void>;
}

interface Installation {
  readonly node: string;
  readonly serverRoot: string;
}

/** A cold start takes 1 to 2 s; a loaded machine several times that. */
const startTimeoutMs = 60_000;

/** Keeps VS Code from asking the extension gallery, which answers slowly or not at all. */
const noGallery = JSON.stringify({ serviceUrl: '' });

const stampPath = fileURLToPath(new URL('../../.vscode-test/server/ready.json', import.meta.url));

/** Starts VS Code's server on 127.0.0.1 and waits until it answers. */
export async function startVsCodeServer(options: VsCodeServerOptions = {}): Promise<VsCodeServer> {
  const installation = readInstallation();
  const ownDir = createTempDir('vscode');
  const dataDir = options.dataDir ?? join(ownDir, 'data');
  const extensionsDir = options.extensionsDir ?? join(ownDir, 'extensions');
  mkdirSync(dataDir, { recursive: true });
  mkdirSync(extensionsDir, { recursive: true });
  const child = spawn(
    installation.node,
    ['out/server-main.js', ...serverFlags(options, dataDir, extensionsDir)],
    {
      cwd: installation.serverRoot,
      env: serverEnvironment(options),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    },
  );
  const release = endWithUs(child);
  const ended = once(child, 'exit').then(() => undefined);
  const dispose = async (): Promise<void> => {
    await stopTree(child);
    release();
    removeTempDir(ownDir);
  };
  try {
    const url = await readUrl(child, options.logFile);
    const pid = child.pid ?? 0;
    return {
      url,
      pid,
      dataDir,
      extensionsDir,
      ended,
      dispose,
      extensionHosts: () =>
        descendants(pid).filter((entry) => entry.command.includes('--type=extensionHost')),
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Runs one of the server's own commands, such as `--install-extension`, to its end. */
export async function runVsCodeServerCommand(args: readonly string[]): Promise<string> {
  const installation = readInstallation();
  const child = spawn(installation.node, ['out/server-main.js', ...args], {
    cwd: installation.serverRoot,
    env: serverEnvironment({}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) {
    throw new Error(`VS Code's server refused ${args.join(' ')}:\n${output}`);
  }
  return output;
}

function readInstallation(): Installation {
  try {
    return JSON.parse(readFileSync(stampPath, 'utf8')) as Installation;
  } catch (error) {
    throw new Error('There is no VS Code server yet. Run: node scripts/prepare.mjs', {
      cause: error,
    });
  }
}

function serverFlags(
  options: VsCodeServerOptions,
  dataDir: string,
  extensionsDir: string,
): readonly string[] {
  return [
    '--host=127.0.0.1',
    `--port=${options.port ?? 0}`,
    options.tokenFile
      ? `--connection-token-file=${options.tokenFile}`
      : '--without-connection-token',
    '--accept-server-license-terms',
    '--disable-telemetry',
    // code-server's own advertisement on the welcome page.
    '--disable-getting-started-override',
    // The login shell's environment would bring keys back, and costs a shell's start.
    '--force-disable-user-env',
    `--server-data-dir=${dataDir}`,
    `--extensions-dir=${extensionsDir}`,
    ...(options.asksForTrust ? [] : ['--disable-workspace-trust']),
    // The second ends a server whose page closed 5 minutes ago, should our own clean-up be killed.
    ...(options.isForTests === false
      ? []
      : ['--enable-smoke-test-driver', '--enable-remote-auto-shutdown']),
  ];
}

/** Ours, less what would change how a test runs: keys, addresses, npm's and VS Code's variables. */
function serverEnvironment(options: VsCodeServerOptions): NodeJS.ProcessEnv {
  const unwanted = /^(ANTHROPIC_|SLIPSTREAM_|OTEL_|npm_|VSCODE_|ELECTRON_|NODE_OPTIONS$)/;
  const kept = Object.entries(process.env).filter(([name]) => !unwanted.test(name));
  return {
    ...Object.fromEntries(kept),
    ...(options.isForTests === false ? {} : { EXTENSIONS_GALLERY: noGallery }),
    ...options.env,
  };
}

function readUrl(child: ChildProcess, logFile: string | undefined): Promise<string> {
  const log = logFile === undefined ? undefined : createWriteStream(logFile);
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(
      () => reject(new Error(`VS Code's server did not start in ${startTimeoutMs} ms:\n${output}`)),
      startTimeoutMs,
    );
    const receive = (chunk: unknown): void => {
      log?.write(chunk);
      output = (output + String(chunk)).slice(-64 * 1024);
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port) {
        clearTimeout(timer);
        resolve(`http://127.0.0.1:${port}`);
      }
    };
    child.stdout?.on('data', receive);
    child.stderr?.on('data', receive);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      log?.end();
      reject(
        new Error(`VS Code's server ended (${signal ?? code}) before it answered:\n${output}`),
      );
    });
  });
}

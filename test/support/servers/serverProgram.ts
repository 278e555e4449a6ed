import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from '../ownedProcess.ts';
import { createTempDir, removeTempDir } from '../tempDir.ts';

/** A server that tests need as a program of this machine. */
export interface ServerProgram {
  /** For messages, for example `redis-server`. */
  readonly name: string;
  /** Where it is; undefined where it is not installed. */
  readonly path: string | undefined;
}

/** Continuous integration sets this: there a missing program is a failure, not a reason to leave out. */
const areRequired = process.env['SLIPSTREAM_REQUIRE_SERVERS'] === '1';

/**
 * Tests that need real servers. Where a program is missing they are left out, and their title says
 * which one.
 */
export function describeWith(
  programs: readonly ServerProgram[],
  title: string,
  body: () => void,
): void {
  const missing = programs.filter(({ path }) => path === undefined).map(({ name }) => name);
  if (missing.length === 0) {
    describe(title, body);
    return;
  }
  const why = `${title} (not run: ${missing.join(' and ')} is not installed)`;
  describe(why, () => {
    it('needs that program', function skipOrFail() {
      if (areRequired) {
        throw new Error(`Install ${missing.join(' and ')}: here it is required.`);
      }
      this.skip();
    });
  });
}

/** Looks in the search path and in the folders where system programs are. */
export function findProgram(name: string, folders: readonly string[] = []): ServerProgram {
  const searched = [
    ...folders,
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
  ];
  const path = searched.map((folder) => join(folder, name)).find(isExecutable);
  return { name, path };
}

export interface StartServerOptions {
  readonly program: ServerProgram;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Its working folder, which it may write to. */
  readonly dataDir: string;
  /** Asked again and again until it does not throw. */
  readonly probe: () => Promise<void>;
}

/** A server of a test, on a loopback port, as an ordinary user. */
export interface ServerProcess {
  readonly pid: number;
  /** What it has printed so far. */
  output(): string;
  /** Sends a signal and does not wait. */
  signal(name: NodeJS.Signals): void;
  /** Kills it as a power cut would; resolves when it is gone. */
  kill(): Promise<void>;
  /** Ends it in order; resolves when it is gone. */
  stop(): Promise<void>;
}

/** A cold start takes less than 2 s; a loaded machine several times that. */
const startTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;
const pollMs = 20;

/** Starts it and waits until it answers. What it started ends with our process in any case. */
export async function startServer(options: StartServerOptions): Promise<ServerProcess> {
  const { program, args, env, dataDir, probe } = options;
  if (program.path === undefined) {
    throw new Error(`${program.name} is not installed.`);
  }
  const child = spawn(program.path, [...args], {
    cwd: dataDir,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...ordinaryUser(),
  });
  const lift = endWithUs(child);
  const printed: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  const ended = once(child, 'close').finally(lift);
  ended.catch(() => undefined);
  const server = owned(child, ended, printed);
  await untilReady(child, server, probe);
  return server;
}

/** A server that a test may end and start again in the same folder. */
export interface RestartableServer {
  process(): ServerProcess;
  /** Starts it again on the same port with what it kept, after its process was ended. */
  restart(): Promise<void>;
  /** Ends it and removes what it kept. */
  dispose(): Promise<void>;
}

/** Starts a server in a folder that goes with it. */
export async function startRestartable(
  folder: ServerDir,
  start: () => Promise<ServerProcess>,
): Promise<RestartableServer> {
  let process = await start();
  return {
    process: () => process,
    restart: async () => {
      process = await start();
    },
    dispose: async () => {
      await process.stop();
      folder.remove();
    },
  };
}

export interface ServerDir {
  readonly path: string;
  remove(): void;
}

/** A folder that an ordinary user may write to, and what removes it. */
export function createServerDir(name: string): ServerDir {
  const path = createTempDir(name);
  const { uid, gid } = ordinaryUser();
  if (uid !== undefined && gid !== undefined) {
    chownSync(path, uid, gid);
  }
  return { path, remove: () => removeTempDir(path) };
}

/**
 * Whom servers run as: `nobody` where tests run as root, which PostgreSQL refuses to be, else
 * whoever runs the tests.
 */
export function ordinaryUser(): { readonly uid?: number; readonly gid?: number } {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
}

/** A port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function owned(child: ChildProcess, ended: Promise<unknown>, printed: string[]): ServerProcess {
  const signal = (name: NodeJS.Signals): void => {
    child.kill(name);
  };
  return {
    pid: child.pid ?? 0,
    output: () => printed.join(''),
    signal,
    kill: async () => {
      signal('SIGKILL');
      await ended;
    },
    stop: async () => {
      signal('SIGTERM');
      const isGone = ended.then(() => true);
      if (!(await Promise.race([isGone, sleep(stopTimeoutMs, false, { ref: false })]))) {
        signal('SIGKILL');
        await ended;
      }
    },
  };
}

async function untilReady(
  child: ChildProcess,
  server: ServerProcess,
  probe: () => Promise<void>,
): Promise<void> {
  let reason: unknown;
  for (let waitedMs = 0; waitedMs < startTimeoutMs; waitedMs += pollMs) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The server ended at its start:\n${server.output()}`);
    }
    try {
      await probe();
      return;
    } catch (error) {
      reason = error;
      await sleep(pollMs);
    }
  }
  await server.kill();
  throw new Error(`The server does not answer:\n${server.output()}`, { cause: reason });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { execFile } from 'node:child_process';
import { appendFileSync, chownSync, cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { SelfSigned } from '../selfSigned.ts';
import { embeddedPostgresFolder } from './embeddedPostgres.ts';
import {
  createServerDir,
  findProgram,
  freePort,
  ordinaryUser,
  type ServerProcess,
  type ServerProgram,
  startServer,
} from './serverProgram.ts';

/** Debian keeps the server's programs in a folder of each version, outside of the search path. */
const programFolders = [
  ...folders('/usr/lib/postgresql').map((version) => join('/usr/lib/postgresql', version, 'bin')),
  ...embeddedPostgresFolder(),
];

export const postgresProgram: ServerProgram = findProgram('postgres', programFolders);
const initProgram = besidePostgres('initdb');
const controlProgram = besidePostgres('pg_ctl');
/** Needed for replicas; PostgreSQL from npm comes without it. */
export const backupProgram = besidePostgres('pg_basebackup');

/** The superuser of every server here. */
export const postgresUser = 'tester';

export interface PostgresOptions {
  /** Lines of `postgresql.conf`, for example `max_connections = 5`. */
  readonly settings?: readonly string[];
  /** Asked of whoever connects by TCP (SCRAM); absent where anybody is let in. */
  readonly password?: string;
  /** Then TLS is spoken, and whoever does not is refused. */
  readonly tls?: SelfSigned;
  /** An empty folder for the data, of the ordinary user; by default a fresh one. */
  readonly dataDir?: string;
}

/** A real PostgreSQL of a test, with an empty database named `postgres`. */
export interface PostgresServer {
  /** For example `postgres://tester@127.0.0.1:43521/postgres`. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly process: ServerProcess;
  /** Starts it again on the same port and data; it must have ended. */
  restart(): Promise<void>;
  /** Ends all sessions in order and then the server, as an administrator would. */
  stop(): Promise<void>;
  /** A second server that follows this one by streaming replication. */
  addReplica(options?: Pick<PostgresOptions, 'settings'>): Promise<PostgresServer>;
  /** Makes a replica take writes; resolves once it does. */
  promote(): Promise<void>;
  /** Ends it and removes what it kept. */
  dispose(): Promise<void>;
}

/** Files are of no use after the test: nothing waits for the disk, and nothing is made in advance. */
const quickSettings = [
  'fsync = off',
  'full_page_writes = off',
  'shared_buffers = 16MB',
  'min_wal_size = 32MB',
  'max_wal_size = 64MB',
  "unix_socket_directories = ''",
  "listen_addresses = '127.0.0.1'",
  'autovacuum = off',
];

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = createServerDir('postgres');
  try {
    const dataDir = options.dataDir ?? join(folder.path, 'data');
    if (options.password === undefined) {
      copyTemplate(await templateFolder(), dataDir);
    } else {
      await initWithPassword(dataDir, folder.path, options.password);
    }
    configure(dataDir, folder.path, options);
    return await started({ dataDir, removeAll: () => folder.remove(), ...options });
  } catch (error) {
    folder.remove();
    throw error;
  }
}

interface StartedOptions extends PostgresOptions {
  readonly dataDir: string;
  removeAll(): void;
}

async function started(options: StartedOptions): Promise<PostgresServer> {
  const { dataDir, removeAll } = options;
  const port = await freePort();
  let running = await run(dataDir, port);
  const server: PostgresServer = {
    url: `postgres://${postgresUser}@127.0.0.1:${port}/postgres`,
    port,
    dataDir,
    get process() {
      return running;
    },
    restart: async () => {
      running = await run(dataDir, port);
    },
    stop: () => stopFast(running),
    promote: () => runProgram(controlProgram, ['promote', '-w', '-D', dataDir]),
    addReplica: (more) => startReplica(server, { ...options, ...more }),
    dispose: async () => {
      await running.kill();
      removeAll();
    },
  };
  return server;
}

function run(dataDir: string, port: number): Promise<ServerProcess> {
  return startServer({
    program: postgresProgram,
    dataDir,
    args: ['-D', dataDir, '-p', `${port}`],
    probe: () => answers(port),
  });
}

async function startReplica(
  primary: PostgresServer,
  options: StartedOptions,
): Promise<PostgresServer> {
  const folder = createServerDir('postgres-replica');
  const dataDir = join(folder.path, 'data');
  const from = `host=127.0.0.1 port=${primary.port} user=${postgresUser} password=${options.password ?? ''}`;
  await runProgram(backupProgram, ['-d', from, '-D', dataDir, '-R', '-X', 'stream', '-c', 'fast']);
  appendFileSync(join(dataDir, 'postgresql.conf'), `${(options.settings ?? []).join('\n')}\n`);
  return started({ ...options, dataDir, removeAll: () => folder.remove() });
}

/** Ends sessions, too, where SIGTERM would wait for them to end by themselves. */
async function stopFast(server: ServerProcess): Promise<void> {
  server.signal('SIGINT');
  await server.stop();
}

let template: Promise<string> | undefined;

/** Made once in a process: `initdb` takes 0.6 s, copying its 39 MB a tenth of that. */
function templateFolder(): Promise<string> {
  template ??= makeTemplate();
  return template;
}

async function makeTemplate(): Promise<string> {
  const { path } = createServerDir('postgres-template');
  const dataDir = join(path, 'data');
  await init(dataDir);
  return dataDir;
}

async function initWithPassword(dataDir: string, folder: string, password: string): Promise<void> {
  const file = join(folder, 'password');
  writeOwned(file, password);
  await init(dataDir, `--pwfile=${file}`);
}

async function init(dataDir: string, ...more: readonly string[]): Promise<void> {
  const options = ['--no-sync', '--auth=trust', '--encoding=UTF8', '--locale=C', ...more];
  await runProgram(initProgram, ['-D', dataDir, '-U', postgresUser, ...options]);
}

function copyTemplate(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
  const { uid, gid } = ordinaryUser();
  if (uid === undefined || gid === undefined) {
    return;
  }
  for (const name of ['', ...(readdirSync(to, { recursive: true }) as string[])]) {
    chownSync(join(to, name), uid, gid);
  }
}

function configure(dataDir: string, folder: string, options: PostgresOptions): void {
  const { settings = [], tls, password } = options;
  const lines = [...quickSettings];
  if (tls) {
    lines.push('ssl = on');
    for (const [name, text] of [
      ['cert', tls.cert],
      ['key', tls.key],
    ] as const) {
      const path = join(folder, `server.${name}`);
      writeOwned(path, text);
      lines.push(`ssl_${name}_file = '${path}'`);
    }
  }
  appendFileSync(join(dataDir, 'postgresql.conf'), `${[...lines, ...settings].join('\n')}\n`);
  const kind = tls ? 'hostssl' : 'host';
  const method = password === undefined ? 'trust' : 'scram-sha-256';
  const access = ['all', 'replication'].map((what) => `${kind} ${what} all 127.0.0.1/32 ${method}`);
  writeOwned(join(dataDir, 'pg_hba.conf'), `${access.join('\n')}\n`);
}

function writeOwned(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  const { uid, gid } = ordinaryUser();
  if (uid !== undefined && gid !== undefined) {
    chownSync(path, uid, gid);
  }
}

async function runProgram(program: ServerProgram, args: readonly string[]): Promise<void> {
  if (program.path === undefined) {
    throw new Error(`${program.name} is not installed.`);
  }
  await promisify(execFile)(program.path, [...args], { cwd: '/', ...ordinaryUser() });
}

/** Of protocol 3.0. Whatever is said to it says that connections are taken, but for one thing. */
const startupMessage = startup(`user\0${postgresUser}\0database\0postgres\0\0`);
/** Of `cannot_connect_now`: it is up, but starting. */
const startingCode = 'C57P03';

function answers(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(startupMessage));
    socket.once('data', (reply) => {
      socket.destroy();
      if (reply.includes(startingCode)) {
        reject(new Error('It is starting.'));
      } else {
        resolve();
      }
    });
    socket.once('error', reject);
  });
}

/** Of another version, they would not fit. */
function besidePostgres(name: string): ServerProgram {
  const path = postgresProgram.path && join(dirname(postgresProgram.path), name);
  return { name, path: path && existsSync(path) ? path : undefined };
}

function startup(parameters: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeInt32BE(header.length + parameters.length, 0);
  header.writeInt32BE(3 << 16, 4);
  return Buffer.concat([header, Buffer.from(parameters)]);
}

function folders(path: string): readonly string[] {
  const byNumber = (one: string, other: string): number => Number(other) - Number(one);
  return existsSync(path) ? readdirSync(path).sort(byNumber) : [];
}

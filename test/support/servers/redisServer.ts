import { connect } from 'node:net';
import {
  createServerDir,
  findProgram,
  freePort,
  type ServerProcess,
  startServer,
} from './serverProgram.ts';

export const redisProgram = findProgram('redis-server');

/** A real Redis of a test, with nothing in it. */
export interface RedisServer {
  /** For example `redis://127.0.0.1:43521`. */
  readonly url: string;
  readonly port: number;
  readonly process: ServerProcess;
  /** Ends it and removes what it kept. */
  dispose(): Promise<void>;
}

/** @param args Further options, for example `--maxmemory 10mb`. */
export async function startRedis(...args: readonly string[]): Promise<RedisServer> {
  const folder = createServerDir('redis');
  const port = await freePort();
  try {
    const process = await startServer({
      program: redisProgram,
      dataDir: folder.path,
      args: ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', ...args],
      probe: () => ping(port),
    });
    const dispose = async (): Promise<void> => {
      await process.stop();
      folder.remove();
    };
    return { url: `redis://127.0.0.1:${port}`, port, process, dispose };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

/** Any answer will do: one that wants a password first is up, too. */
function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { SelfSigned } from '../selfSigned.ts';
import {
  createServerDir,
  findProgram,
  freePort,
  type RestartableServer,
  type ServerProcess,
  startRestartable,
  startServer,
} from './serverProgram.ts';

export const nginxProgram = findProgram('nginx');

export interface NginxOptions {
  /** Absent for plain HTTP. */
  readonly certificate?: SelfSigned;
  /** What the header `Authorization` has to be; absent where anybody may come. */
  readonly authorization?: string;
  /** Longest body that is taken, as nginx writes it. */
  readonly maxBody?: string;
  /** Whether values may be written. */
  readonly isWritable?: boolean;
  /** Gives the packed file `name.gz` for `name`, whether that was asked for or not. */
  readonly packsAnyway?: boolean;
  /** Where the files are; a fresh folder unless told otherwise. */
  readonly filesDir?: string;
}

/** A real nginx of a test that keeps what is put to it, with nothing in it. */
export interface NginxServer extends RestartableServer {
  /** Address of its store, with a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Where its files lie: a value at `url + name` is in `name`. */
  readonly filesDir: string;
}

export async function startNginx(options: NginxOptions = {}): Promise<NginxServer> {
  const folder = createServerDir('nginx');
  const port = await freePort();
  const filesDir = options.filesDir ?? join(folder.path, 'files');
  try {
    mkdirSync(join(filesDir, 'cache'), { recursive: true });
    openToAll(filesDir, join(filesDir, 'cache'));
    writeFileSync(join(folder.path, 'nginx.conf'), configuration(port, filesDir, options));
    writeCertificate(folder.path, options.certificate);
    const server = await startRestartable(folder, () => start(folder.path, port));
    return {
      url: `http${options.certificate ? 's' : ''}://127.0.0.1:${port}/cache/`,
      port,
      filesDir: join(filesDir, 'cache'),
      ...server,
    };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

function start(dataDir: string, port: number): Promise<ServerProcess> {
  return startServer({
    program: nginxProgram,
    dataDir,
    args: ['-p', `${dataDir}/`, '-c', 'nginx.conf', '-e', 'stderr'],
    probe: () => connects(port),
  });
}

/** One process, so that a kill leaves nobody behind who still answers. */
function configuration(port: number, filesDir: string, options: NginxOptions): string {
  const { certificate, maxBody = '1m' } = options;
  return `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events { worker_connections 256; }
http {
  access_log off;
  keepalive_requests 100000;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  default_type application/octet-stream;
  client_max_body_size ${maxBody};
  ${options.packsAnyway ? 'gzip_static always;' : ''}
  server {
    listen 127.0.0.1:${port}${certificate ? ' ssl' : ''};
    ${certificate ? 'ssl_certificate cert.pem; ssl_certificate_key key.pem;' : ''}
    root ${filesDir};
    ${guard(options.authorization)}
    ${locations(options.isWritable ?? true)}
  }
}
`;
}

/**
 * Files know neither how long they live nor by which names they can be found: the names are in the
 * path, and the time is one for all.
 */
function locations(isWritable: boolean): string {
  const writing = isWritable
    ? 'dav_methods PUT DELETE; create_full_put_path on; dav_access user:rw;'
    : '';
  return `
    location /cache/ { ${writing} }
    location ~ "^/cache/([\\w-]+)/([\\w-]+)/([\\w-]+)/([\\w-]+)/([\\w-]+)/[\\w-]+$" {
      ${writing}
      add_header Surrogate-Key "$1 $2 $3 $4 $5";
      add_header Cache-Control "public, max-age=3600, no-transform";
    }`;
}

function guard(authorization: string | undefined): string {
  return authorization === undefined
    ? ''
    : `if ($http_authorization != "${authorization}") { return 401; }`;
}

function writeCertificate(folder: string, certificate: SelfSigned | undefined): void {
  if (certificate) {
    writeFileSync(join(folder, 'cert.pem'), certificate.cert);
    writeFileSync(join(folder, 'key.pem'), certificate.key);
  }
}

/** The server is another user where tests run as root. */
function openToAll(...folders: readonly string[]): void {
  for (const folder of folders) {
    chmodSync(folder, 0o777);
  }
}

/** Whether anybody listens: what is answered depends on the options. */
export function connects(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

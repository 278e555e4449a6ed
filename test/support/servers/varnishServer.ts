import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connects } from './nginxServer.ts';
import {
  createServerDir,
  findProgram,
  freePort,
  type RestartableServer,
  type ServerProcess,
  startRestartable,
  startServer,
} from './serverProgram.ts';

export const varnishProgram = findProgram('varnishd');

export interface VarnishOptions {
  /** Port of the server behind it. */
  readonly originPort: number;
  /** What the header `Authorization` has to be; absent where anybody may come. */
  readonly authorization?: string;
}

/** A real Varnish of a test in front of a store, with nothing in it. */
export interface VarnishServer extends RestartableServer {
  /** Address of the store through it, with a slash at the end. */
  readonly url: string;
  readonly port: number;
}

export async function startVarnish(options: VarnishOptions): Promise<VarnishServer> {
  const folder = createServerDir('varnish');
  const port = await freePort();
  try {
    writeFileSync(join(folder.path, 'cache.vcl'), configuration(options));
    const server = await startRestartable(folder, () => start(folder.path, port));
    return {
      url: `http://127.0.0.1:${port}/cache/`,
      port,
      ...server,
    };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

function start(dataDir: string, port: number): Promise<ServerProcess> {
  const args = ['-F', '-j', 'none', '-T', 'none', '-a', `127.0.0.1:${port}`];
  return startServer({
    program: varnishProgram,
    dataDir,
    args: [...args, '-n', join(dataDir, 'work'), '-s', 'malloc,32m', '-f', `${dataDir}/cache.vcl`],
    probe: () => connects(port),
  });
}

/**
 * What is written is forgotten here once the store has it. A list of surrogate keys stands for what has
 * all of them; they come in the order in which they are in the path.
 */
function configuration({ originPort, authorization }: VarnishOptions): string {
  return `
vcl 4.1;
import std;

backend store { .host = "127.0.0.1"; .port = "${originPort}"; }

sub vcl_recv {
  ${authorization === undefined ? '' : `if (req.http.Authorization != "${authorization}") { return (synth(401)); }`}
  if (req.method == "BAN") {
    if (req.http.Surrogate-Key !~ "^[0-9A-Za-z_-]+( [0-9A-Za-z_-]+)*$") { return (synth(400)); }
    if (std.ban("obj.http.Surrogate-Key ~ " + regsuball(req.http.Surrogate-Key, " ", ".+"))) {
      return (synth(200, "Banned"));
    }
    return (synth(500, std.ban_error()));
  }
  if (req.method == "PURGE") { return (purge); }
  if (req.method != "GET" && req.method != "HEAD") { return (pass); }
  return (hash);
}

sub vcl_backend_fetch {
  if (bereq.method == "GET" && bereq.uncacheable == false) { unset bereq.http.If-None-Match; }
}

sub vcl_backend_response {
  set beresp.http.X-Path = bereq.url;
  if (bereq.method == "PUT" || bereq.method == "DELETE") {
    std.ban("obj.http.X-Path == " + bereq.url);
  } else if (beresp.status >= 400) {
    set beresp.ttl = 0s;
    set beresp.grace = 0s;
    return (deliver);
  }
}

sub vcl_deliver { unset resp.http.X-Path; }
`;
}

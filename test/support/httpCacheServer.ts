import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface CacheRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: number;
}

/** Answers in place of the store; false leaves the request to it. */
export type CacheAnswer = (request: CacheRequest, response: ServerResponse) => boolean;

/**
 * A store behind HTTP that is as strict as the protocol: what a careful server might refuse, it
 * refuses, and its `faults` then say why.
 */
export class HttpCacheServer {
  readonly requests: CacheRequest[] = [];
  readonly faults: string[] = [];
  /** By path. */
  readonly values = new Map<string, Buffer>();
  answer: CacheAnswer = () => false;
  /** Whether paths may be other than those of values. */
  takesAnyPath = false;
  connections = 0;
  private readonly server = createServer((request, response) => {
    void this.serve(request, response);
  });

  private constructor() {
    this.server.on('connection', () => {
      this.connections += 1;
    });
  }

  static async start(): Promise<HttpCacheServer> {
    const server = new HttpCacheServer();
    await new Promise<void>((resolve) => {
      server.server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/store`;
  }

  /** The methods that were asked, in their order. */
  get methods(): string {
    return this.requests.map(({ method }) => method).join(' ');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await incoming.toArray());
    const { method = '', url = '', headers } = incoming;
    const request: CacheRequest = { method, path: url, headers, bytes: body.length };
    this.requests.push(request);
    const fault = this.takesAnyPath ? undefined : faultOf(request);
    if (fault !== undefined) {
      this.faults.push(`${method} ${url}: ${fault}`);
      response.writeHead(400).end(fault);
    } else if (!this.answer(request, response)) {
      this.store(request, body, response);
    }
  }

  private store({ method, path, headers }: CacheRequest, body: Buffer, to: ServerResponse): void {
    const kept = this.values.get(path);
    const tag = kept && `"${createHash('sha1').update(kept).digest('hex')}"`;
    if (method === 'PUT') {
      this.values.set(path, body);
      to.writeHead(kept ? 204 : 201).end();
    } else if (method === 'DELETE') {
      const found = [...this.values.keys()].filter((name) => name.startsWith(path));
      for (const name of found) {
        this.values.delete(name);
      }
      to.writeHead(found.length > 0 ? 204 : 404).end();
    } else if (method !== 'GET') {
      to.writeHead(405).end();
    } else if (!kept) {
      to.writeHead(404).end('none');
    } else if (headers['if-none-match'] === tag) {
      to.writeHead(304, { etag: tag }).end();
    } else {
      to.writeHead(200, { etag: tag, 'content-length': kept.length }).end(kept);
    }
  }
}

const valuePath = /^\/store\/([\w-]{16}\/){5}[\w-]{16}$/;
const folderPath = /^\/store\/([\w-]{16}\/)+$/;
const controls = /^public, max-age=\d+, (immutable|stale-while-revalidate=\d+), no-transform$/;

/** Undefined for a request that every server has to take. */
function faultOf({ method, path, headers, bytes }: CacheRequest): string | undefined {
  const isOfValue = ['GET', 'PUT', 'PURGE'].includes(method);
  if (!(isOfValue ? valuePath : folderPath).test(path)) {
    return 'the path is not one';
  }
  if (method === 'GET' && headers['accept-encoding'] !== 'identity') {
    return 'it asks for packing that gains nothing';
  }
  if (method !== 'PUT') {
    return bytes > 0 ? 'it has a body' : undefined;
  }
  const names = path.split('/').slice(2, -1);
  const isNamed =
    headers['surrogate-key'] === names.join(' ') && headers['cache-tag'] === names.join(',');
  if (!isNamed || !controls.test(headers['cache-control'] ?? '')) {
    return 'caches could not tell how long to keep it, or how to forget it';
  }
  return Number(headers['content-length']) === bytes ? undefined : 'its length is not told';
}

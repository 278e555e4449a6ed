/**
 * The `fetch` that the SDK is given: `node:http` with kept connections. Beside the `undici` package it
 * has nothing to load (undici: 523 kB minified, 60 ms), gives the first event up to 0.5 ms sooner and
 * leaves the process's global dispatcher alone, which all extensions share. It costs 0.9 µs more for
 * each piece of a body, which `bodyReader.ts` and `eventStreamParser.ts` save elsewhere.
 */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createSecureContext, getCACertificates } from 'node:tls';
import { type Clock, systemClock } from '../../base/clock.ts';
import { BugError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { readBody } from './bodyReader.ts';
import { acceptedEncodings, decoded } from './contentEncoding.ts';
import { isCertificateError } from './failures.ts';

/** What may be handed on beside a request: hears when it has a connection. */
export interface WatchedInit extends RequestInit {
  readonly onConnected?: (isReused: boolean) => void;
}

/** What the SDK needs of `fetch`. */
export type FetchLike = (input: string | URL | Request, init?: WatchedInit) => Promise<Response>;

/** More than the product runs at once: a bound so that a mistake cannot open sockets without end. */
const maxSockets = 32;
/** A chat and a completion at the same time, and one to spare. */
const maxIdleSockets = 3;
/**
 * How long an unused connection is kept, ms. Below the 60 s after which load balancers commonly drop
 * one; a shorter time that the server announces is respected.
 */
const idleSocketMs = 55_000;
/** As the undici package has it; between continents a connection takes a third of a second. */
const connectLimitMs = 10_000;

export interface HttpFetch extends Disposable {
  readonly fetch: FetchLike;
  /** Opens a connection for the next request, unless one is open. Rejects where that fails. */
  preconnect(endpoint: string, signal: AbortSignal): Promise<void>;
}

/**
 * The caller owns the answer: its disposal closes all connections.
 * @param moreAuthorities Certificates to trust besides Node's own, PEM. Asked when a server's is not
 * accepted, until it names some: reading them from the machine takes a while, and few need them.
 */
export function createHttpFetch(
  clock: Clock = systemClock,
  moreAuthorities: () => readonly string[] = () => [],
): HttpFetch {
  const agents = new Agents(clock, moreAuthorities);
  return {
    fetch: (input, init) => sendTrusting(agents, toUrl(input), init ?? {}),
    preconnect: (endpoint, signal) => preconnect(agents, new URL(endpoint), signal),
    dispose: () => agents.dispose(),
  };
}

const agentOptions = {
  keepAlive: true,
  maxSockets,
  maxFreeSockets: maxIdleSockets,
  timeout: idleSocketMs,
};

class Agents implements Disposable {
  readonly clock: Clock;
  readonly http: http.Agent = new http.Agent(agentOptions);
  https: https.Agent = new https.Agent(agentOptions);
  /** With Node's own certificates alone: it goes on with the answers that it has begun. */
  private readonly firstHttps = this.https;
  private moreAuthorities: (() => readonly string[]) | undefined;

  constructor(clock: Clock, moreAuthorities: () => readonly string[]) {
    this.clock = clock;
    this.moreAuthorities = moreAuthorities;
  }

  for(url: URL): http.Agent {
    return url.protocol === 'https:' ? this.https : this.http;
  }

  /** Trusts more authorities from now on. False where there are none to add. */
  trustMore(): boolean {
    const more = this.moreAuthorities?.() ?? [];
    if (more.length === 0) {
      return false;
    }
    this.moreAuthorities = undefined;
    // Not as the option `ca`: it would be read for each connection (11 ms for the usual 260), and be a
    // part of each request's key for kept connections (400 kB).
    const secureContext = createSecureContext({ ca: [...getCACertificates('default'), ...more] });
    this.https = new https.Agent({ ...agentOptions, secureContext });
    return true;
  }

  dispose(): void {
    this.http.destroy();
    this.firstHttps.destroy();
    this.https.destroy();
  }
}

/** Nothing was sent where a certificate was not accepted, so it is sent again with more of them. */
async function sendTrusting(agents: Agents, url: URL, init: WatchedInit): Promise<Response> {
  const agent = agents.for(url);
  try {
    return await sendOnce(agents, url, init, true);
  } catch (error) {
    const mayHelp = isCertificateError(error) && init.signal?.aborted !== true;
    // Another request may have added them meanwhile.
    if (mayHelp && (agents.for(url) !== agent || agents.trustMore())) {
      return sendOnce(agents, url, init, true);
    }
    throw error;
  }
}

/**
 * A kept connection may be closed by the server in the moment it is used again. That is no failure
 * of the request: nothing of it was answered, so it is sent once more on a new connection.
 */
async function sendOnce(
  agents: Agents,
  url: URL,
  init: WatchedInit,
  mayRepeat: boolean,
): Promise<Response> {
  const request = open(agents, url, init);
  try {
    return await toResponse(await responseOf(request, init.body));
  } catch (error) {
    if (mayRepeat && request.reusedSocket && isReset(error) && init.signal?.aborted !== true) {
      return sendOnce(agents, url, init, false);
    }
    throw error;
  }
}

function open(agents: Agents, url: URL, init: WatchedInit): http.ClientRequest {
  const isSecure = url.protocol === 'https:';
  const request = (isSecure ? https : http).request(url, {
    agent: agents.for(url),
    method: init.method ?? 'GET',
    // A server on this machine gains nothing from it.
    headers: {
      ...(isSecure ? { 'accept-encoding': acceptedEncodings } : {}),
      ...toHeaders(init.headers),
    },
    ...(init.signal ? { signal: init.signal } : {}),
  });
  const { onConnected } = init;
  request.once('socket', (socket) => {
    limitConnecting(agents.clock, request, socket);
    if (!onConnected) {
      return;
    }
    if (socket.connecting) {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => onConnected(false));
    } else {
      onConnected(true);
    }
  });
  return request;
}

/** An address that swallows packets would else be waited for as long as for a long answer. */
function limitConnecting(clock: Clock, request: http.ClientRequest, socket: Socket): void {
  if (!socket.connecting) {
    return;
  }
  const timer = clock.setTimeout(() => {
    const error = new Error('The connection was not made in time.');
    request.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
  }, connectLimitMs);
  const stop = (): void => timer.dispose();
  socket.once('connect', stop);
  socket.once('close', stop);
}

function responseOf(
  request: http.ClientRequest,
  body: RequestInit['body'],
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays on: after the response began, its body tells of errors, and this keeps them handled.
    request.on('error', reject);
    request.end(toBody(body));
  });
}

/**
 * The body of a success is put in place of the Response's own: the SDK reads it by async iteration,
 * and a web stream in between would cost more than all the rest.
 */
async function toResponse(message: http.IncomingMessage): Promise<Response> {
  const init = { status: message.statusCode ?? 500, headers: fromHeaders(message.headers) };
  const body = decoded(message);
  if (init.status < 200 || init.status > 299) {
    return new Response((await readText(body)) || null, init);
  }
  return replaceBody(new Response(null, init), readBody(body));
}

/** The same response with another body to iterate over. */
export function replaceBody(response: Response, body: AsyncIterable<unknown>): Response {
  Object.defineProperty(response, 'body', { value: body, configurable: true });
  return response;
}

/** Longest body of an error or of a page that is read, bytes: the API's are a few hundred. */
const maxTextBytes = 64 * 1024;

async function readText(message: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of message) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > maxTextBytes) {
      break;
    }
  }
  return Buffer.concat(parts).toString('utf8');
}

async function preconnect(agents: Agents, url: URL, signal: AbortSignal): Promise<void> {
  const { freeSockets, sockets } = agents.for(url);
  // Node names a connection by host, port and what else it differs in.
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const name = `${url.hostname.replace(/^\[|\]$/g, '')}:${port}:`;
  if (
    [freeSockets, sockets].some((open) => Object.keys(open).some((key) => key.startsWith(name)))
  ) {
    return;
  }
  // Not HEAD: Node closes the connection after one, as its answer may lack a length. It is free for
  // the next request only after the answer's end, which a success leaves to the reader.
  const response = await sendTrusting(agents, url, { method: 'GET', signal });
  for await (const _ of response.body ?? []) {
    // Nothing of it is wanted.
  }
}

function toBody(body: RequestInit['body']): string | Uint8Array | undefined {
  if (typeof body === 'string' || body instanceof Uint8Array) {
    return body;
  }
  if (body === undefined || body === null) {
    return undefined;
  }
  throw new BugError('Only text and bytes can be sent as a body.');
}

function toUrl(input: string | URL | Request): URL {
  return new URL(input instanceof Request ? input.url : input);
}

function toHeaders(headers: RequestInit['headers']): http.OutgoingHttpHeaders {
  return Object.fromEntries(new Headers(headers));
}

function fromHeaders(headers: http.IncomingHttpHeaders): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    result.set(name, Array.isArray(value) ? value.join(', ') : (value ?? ''));
  }
  return result;
}

function isReset(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

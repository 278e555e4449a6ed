/**
 * The `fetch` that the SDK is given: `node:http` with kept connections. Beside the `undici` package it
 * has nothing to load (undici: 523 kB minified, 60 ms), gives the first event up to 0.5 ms sooner and
 * leaves the process's global dispatcher alone, which all extensions share. It costs 0.9 µs more for
 * each piece of a body, which `bodyReader.ts` and `eventStreamParser.ts` save elsewhere.
 */
import http from 'node:http';
import https from 'node:https';
import { BugError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { readBody } from './bodyReader.ts';

/** What the SDK needs of `fetch`. */
export type FetchLike = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** More than the product runs at once: a bound so that a mistake cannot open sockets without end. */
const maxSockets = 32;
/** A chat and a completion at the same time, and one to spare. */
const maxIdleSockets = 3;
/**
 * How long an unused connection is kept, ms. Below the 60 s after which load balancers commonly drop
 * one; a shorter time that the server announces is respected.
 */
const idleSocketMs = 55_000;

export interface HttpFetch extends Disposable {
  readonly fetch: FetchLike;
  /** Opens a connection for the next request, unless one is open. Rejects where that fails. */
  preconnect(endpoint: string, signal: AbortSignal): Promise<void>;
}

/** The caller owns the answer: its disposal closes all connections. */
export function createHttpFetch(): HttpFetch {
  const options = {
    keepAlive: true,
    maxSockets,
    maxFreeSockets: maxIdleSockets,
    timeout: idleSocketMs,
  };
  const agents: Agents = { http: new http.Agent(options), https: new https.Agent(options) };
  return {
    fetch: (input, init) => sendOnce(agents, toUrl(input), init ?? {}, true),
    preconnect: (endpoint, signal) => preconnect(agents, new URL(endpoint), signal),
    dispose: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/**
 * A kept connection may be closed by the server in the moment it is used again. That is no failure
 * of the request: nothing of it was answered, so it is sent once more on a new connection.
 */
async function sendOnce(
  agents: Agents,
  url: URL,
  init: RequestInit,
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

function open(agents: Agents, url: URL, init: RequestInit): http.ClientRequest {
  const isSecure = url.protocol === 'https:';
  return (isSecure ? https : http).request(url, {
    agent: isSecure ? agents.https : agents.http,
    method: init.method ?? 'GET',
    headers: toHeaders(init.headers),
    ...(init.signal ? { signal: init.signal } : {}),
  });
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
  if (init.status < 200 || init.status > 299) {
    return new Response((await readText(message)) || null, init);
  }
  return replaceBody(new Response(null, init), readBody(message));
}

/** The same response with another body to iterate over. */
export function replaceBody(response: Response, body: AsyncIterable<unknown>): Response {
  Object.defineProperty(response, 'body', { value: body, configurable: true });
  return response;
}

/** Longest body of an error or of a page that is read, bytes: the API's are a few hundred. */
const maxTextBytes = 64 * 1024;

async function readText(message: http.IncomingMessage): Promise<string> {
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
  const agent = url.protocol === 'https:' ? agents.https : agents.http;
  if (Object.keys(agent.freeSockets).length > 0 || Object.keys(agent.sockets).length > 0) {
    return;
  }
  // Not HEAD: Node closes the connection after one, as its answer may lack a length.
  const request = open(agents, url, { method: 'GET', signal });
  // The connection is free for the next request only after the answer's end.
  await readText(await responseOf(request, undefined));
}

function toBody(body: RequestInit['body']): string | undefined {
  if (typeof body === 'string' || body === undefined || body === null) {
    return body ?? undefined;
  }
  throw new BugError('Only text can be sent as a body.');
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

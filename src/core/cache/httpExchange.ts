import { type Clock, delay } from '../../base/clock.ts';
import type { FetchLike } from '../model/httpFetch.ts';
import type { HttpCacheAccess } from './httpCacheAddress.ts';

/** An answer of an HTTP cache, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined where it is longer than was allowed. */
  readonly body: Buffer | undefined;
}

export interface HttpQuestion {
  readonly method: 'GET' | 'PUT' | 'DELETE' | 'PURGE' | 'BAN';
  /** Below the address of the cache. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly maxAnswerBytes: number;
  /** After this the connection is closed, milliseconds. */
  readonly limitMs: number;
}

/** Sends requests to one HTTP cache, with our credential, and reads no more than is wanted. */
export class HttpExchange {
  private readonly clock: Clock;
  private readonly access: HttpCacheAccess;
  private readonly send: () => FetchLike;
  private readonly disposal: AbortSignal;

  constructor(clock: Clock, access: HttpCacheAccess, send: () => FetchLike, disposal: AbortSignal) {
    this.clock = clock;
    this.access = access;
    this.send = send;
    this.disposal = disposal;
  }

  /** For messages to the user. */
  get host(): string {
    return this.access.base.host;
  }

  /** Rejects where no whole answer comes in time. Redirects are not followed, but given. */
  async ask(question: HttpQuestion): Promise<HttpAnswer> {
    const { method, path, headers, body, maxAnswerBytes, limitMs } = question;
    const { base, authorization } = this.access;
    const ended = new AbortController();
    const limit = new AbortController();
    const signal = AbortSignal.any([limit.signal, this.disposal]);
    void delay(this.clock, limitMs, ended.signal).then(() => {
      if (!ended.signal.aborted) {
        limit.abort();
      }
    });
    try {
      const response = await this.send()(new URL(path, base), {
        method,
        redirect: 'manual',
        headers: {
          // What is sealed cannot be packed any further.
          'accept-encoding': 'identity',
          ...headers,
          ...(authorization === undefined ? {} : { authorization }),
        },
        // The types of `fetch` leave out bytes whose memory could be shared; ours is not.
        ...(body ? { body: body as Uint8Array<ArrayBuffer> } : {}),
        signal,
      });
      const read = await readUpTo(response.body, maxAnswerBytes);
      return { status: response.status, headers: response.headers, body: read };
    } finally {
      ended.abort();
    }
  }
}

/** To the end, so that the connection can be used again; else it is closed. */
async function readUpTo(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.length;
    if (bytes > maxBytes) {
      return undefined;
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

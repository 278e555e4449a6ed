import type { Clock } from '../../../base/clock.ts';
import type { OnlineConnection } from '../connection.ts';
import type { FetchLike } from '../httpFetch.ts';
import type { ModelRequest } from '../request.ts';
import { fillAnswer } from './fillAnswer.ts';
import {
  type FillForm,
  fillPaths,
  probePaths,
  saysItFills,
  toFillBody,
  toProbeBody,
} from './fillForms.ts';

/** On one's own machine a probe takes a few milliseconds; one that loads a model first is not waited for. */
const probeLimitMs = 2_000;
/** A description of a model with its licence; something else that answers is not read to its end. */
const maxProbeBytes = 1024 * 1024;
/** Servers and models are few; names that come and go shall not fill the memory. */
const maxRemembered = 100;
/** How servers say that they or their model cannot fill in. */
const notOfferedStatuses: readonly number[] = [400, 404, 405, 501];

const forms: readonly FillForm[] = ['infill', 'generate'];

export interface FillSenders {
  /** For a question about the server, which is no try of the request. */
  readonly probe: FetchLike;
  /** For the request itself. */
  readonly send: FetchLike;
}

/** A request that was sent; its answer may be an error. */
export interface OpenedFill {
  readonly response: Response;
  /** Makes of the answer's bytes those of a stream of the Messages API. */
  readonly read: (body: AsyncIterator<Uint8Array>) => AsyncIterator<Uint8Array>;
}

/**
 * The endpoints of local servers that fill in the middle themselves. Whether there is one is asked once
 * for each server and model.
 */
export class FillEndpoints {
  private readonly clock: Clock;
  private readonly known = new Map<string, FillForm | 'none'>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /**
   * Asks for what is to be filled in. Undefined where there is nothing to fill, or where the server
   * cannot: then it must be asked in the other way.
   */
  async open(
    request: ModelRequest,
    connection: OnlineConnection,
    { probe, send }: FillSenders,
    signal: AbortSignal,
  ): Promise<OpenedFill | undefined> {
    const { fill, model } = request;
    const form = fill && (await this.find(connection, model, probe, signal));
    if (!form) {
      return undefined;
    }
    const body = toFillBody(form, request, fill);
    const url = urlOf(connection, fillPaths[form]);
    const response = await send(url, { ...post(connection, body), signal });
    if (notOfferedStatuses.includes(response.status)) {
      this.remember(nameOf(connection, model), 'none');
      return undefined;
    }
    return { response, read: (body) => fillAnswer(form, request, body) };
  }

  /** Never rejects: what is wrong with the server, the request itself will tell. */
  private async find(
    connection: OnlineConnection,
    model: string,
    send: FetchLike,
    signal: AbortSignal,
  ): Promise<FillForm | undefined> {
    const name = nameOf(connection, model);
    const found = this.known.get(name) ?? (await this.probe(connection, model, send, signal));
    if (found !== undefined) {
      this.remember(name, found);
    }
    return found === 'none' ? undefined : found;
  }

  /** Undefined where the server could not be asked. */
  private async probe(
    connection: OnlineConnection,
    model: string,
    send: FetchLike,
    signal: AbortSignal,
  ): Promise<FillForm | 'none' | undefined> {
    const limit = new AbortController();
    const timer = this.clock.setTimeout(() => limit.abort(), probeLimitMs);
    const either = AbortSignal.any([signal, limit.signal]);
    try {
      for (const form of forms) {
        const response = await send(urlOf(connection, probePaths[form]), {
          ...post(connection, toProbeBody(form, model)),
          signal: either,
        });
        if (saysItFills(form, await readJson(response))) {
          return form;
        }
      }
      return 'none';
    } catch {
      // It does not answer, or not in time: the next request asks again.
      return undefined;
    } finally {
      timer.dispose();
      // What was not read of an answer is let go.
      limit.abort();
    }
  }

  private remember(name: string, form: FillForm | 'none'): void {
    if (this.known.size >= maxRemembered) {
      this.known.clear();
    }
    this.known.set(name, form);
  }
}

function post(
  { apiKey }: OnlineConnection,
  body: Readonly<Record<string, unknown>>,
): Pick<RequestInit, 'method' | 'headers' | 'body'> {
  const key = apiKey?.trim();
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key ? { authorization: `Bearer ${key}` } : {}),
    },
    body: JSON.stringify(body),
  };
}

/** Undefined for what is no success or no JSON. */
async function readJson(response: Response): Promise<unknown> {
  if (!response.ok || !response.body) {
    return undefined;
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body) {
    parts.push(part);
    size += part.length;
    if (size > maxProbeBytes) {
      return undefined;
    }
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    // Some servers answer any path with a page.
    return undefined;
  }
}

function urlOf({ endpoint }: OnlineConnection, path: string): string {
  return endpoint.replace(/\/+$/, '').replace(/\/v1$/, '') + path;
}

function nameOf({ endpoint }: OnlineConnection, model: string): string {
  return `${endpoint} ${model}`;
}

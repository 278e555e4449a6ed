import type { Clock } from '../base/clock.ts';
import { throwIfCancelled, toError, UserError } from '../base/errors.ts';
import { hostOf } from '../core/model/connection.ts';

/** What a server may take for a short list. A distant gateway that is waking up takes seconds. */
const maxWaitMs = 10_000;

/** The version of the API that requests to models name, too. */
const apiVersion = '2026-10-21';

/** Whether a server takes a key. `unknown` where it could not be asked, with the reason. */
export type KeyVerdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The part of `fetch` that is used, so that tests can stand in for the network. */
export type FetchFunction = (
  url: string,
  init: { headers: Record<string, string>; signal: AbortSignal; redirect: 'error' },
) => Promise<Response>;

/** Asks a model server what it has, outside of any conversation. */
export class ModelServer {
  private readonly clock: Clock;
  private readonly fetch: FetchFunction;

  /** @param fetch VS Code's by default, which knows about proxies. */
  constructor(clock: Clock, fetch: FetchFunction = (url, init) => globalThis.fetch(url, init)) {
    this.clock = clock;
    this.fetch = fetch;
  }

  /** Throws `CancelledError` only. */
  async checkKey(endpoint: string, key: string, signal: AbortSignal): Promise<KeyVerdict> {
    const host = hostOf(endpoint);
    try {
      const status = await this.get(
        `${endpoint}/v1/models?limit=1`,
        key,
        signal,
        async (response) => {
          await response.body?.cancel();
          return response.status;
        },
      );
      if (status === 401 || status === 403) {
        return { kind: 'rejected' };
      }
      return status === 200
        ? { kind: 'accepted' }
        : { kind: 'unknown', reason: `${host} answered with status ${status}` };
    } catch {
      throwIfCancelled(signal);
      // Why it can't be reached will be told in full by the first request.
      return { kind: 'unknown', reason: `${host} can't be reached` };
    }
  }

  /** The ids of the models that the server names. Throws `UserError` where it does not answer. */
  async listModels(
    endpoint: string,
    key: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const host = hostOf(endpoint);
    try {
      return await this.get(`${endpoint}/v1/models`, key, signal, async (response) => {
        if (!response.ok) {
          throw new UserError(`${host} does not list its models (status ${response.status}).`);
        }
        return modelIds(await response.json());
      });
    } catch (error) {
      throwIfCancelled(signal);
      throw error instanceof UserError
        ? error
        : new UserError(`The model server at ${host} does not answer. Is it running?`, {
            cause: toError(error),
          });
    }
  }

  /** What the server says of its models, as it came. Throws whatever goes wrong. */
  requestModels(endpoint: string, key: string | undefined, signal: AbortSignal): Promise<unknown> {
    // A thousand is the most that a page takes: the list is never continued.
    return this.get(`${endpoint}/v1/models?limit=1000`, key, signal, async (response) => {
      if (!response.ok) {
        await response.body?.cancel();
        throw new UserError(
          `${hostOf(endpoint)} does not list its models (status ${response.status}).`,
        );
      }
      return response.json();
    });
  }

  private async get<T>(
    url: string,
    key: string | undefined,
    signal: AbortSignal,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const limit = new AbortController();
    const timer = this.clock.setTimeout(() => limit.abort(), maxWaitMs);
    // A key goes as the SDK sends it with requests to models: what is accepted here is accepted there.
    const credentials: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
    // Asked now and then, on a pool that is not ours: a kept connection would outlive the window.
    const headers = { 'anthropic-version': apiVersion, connection: 'close', ...credentials };
    try {
      const response = await this.fetch(url, {
        headers,
        signal: AbortSignal.any([signal, limit.signal]),
        // A redirect would carry the key to another server.
        redirect: 'error',
      });
      return await read(response);
    } finally {
      timer.dispose();
    }
  }
}

function modelIds(answer: unknown): readonly string[] {
  const data = isRecord(answer) ? answer['data'] : undefined;
  const entries: readonly unknown[] = Array.isArray(data) ? data : [];
  return entries.flatMap((entry) => {
    const id = isRecord(entry) ? entry['id'] : undefined;
    return typeof id === 'string' && id !== '' ? id : [];
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

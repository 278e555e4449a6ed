/**
 * The Message Batches API on the wire. Beside `transport.ts` the only file that uses the SDK, through
 * the same client; loaded with the first call.
 */
import { APIError } from '@anthropic-ai/sdk/error';
import type {
  BatchCreateParams,
  MessageBatch,
  MessageBatchIndividualResponse,
} from '@anthropic-ai/sdk/resources/messages/batches';
import { CancelledError } from '../../../base/errors.ts';
import { ResourceManager } from '../../../base/lifecycle.ts';
import { Attempt } from '../attempt.ts';
import type { OnlineConnection } from '../connection.ts';
import { createHttpFetch, type FetchLike } from '../httpFetch.ts';
import type { Usage } from '../message.ts';
import { failureOf, SlimClient } from '../transport.ts';
import {
  type BatchClient,
  type BatchClientOptions,
  BatchError,
  type BatchResult,
  type BatchStatus,
} from './batchClient.ts';

/** From a request to the head of its answer: a batch of many megabytes is checked before that. */
const firstByteMs = 10 * 60_000;
/** Between two parts of the results, which come from storage. */
const idleMs = 90_000;
/** Batches on one page of a list, which is the API's most. */
const pageSize = 100;

export function createBatchTransport(options: BatchClientOptions): BatchClient {
  const call = async <T>(
    connection: OnlineConnection,
    signal: AbortSignal,
    work: (client: SlimClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const single = async function* (client: SlimClient, inner: AbortSignal): AsyncGenerator<T> {
      yield await work(client, inner);
    };
    for await (const result of once(options, connection, signal, wholeBody, single)) {
      return result;
    }
    throw new CancelledError();
  };
  return {
    isOffered: (connection, signal) =>
      call(connection, signal, async (client, inner) => {
        try {
          await client.messages.batches.list({ limit: 1 }, { signal: inner });
          return true;
        } catch (error) {
          if (error instanceof APIError && [404, 405, 501].includes(error.status ?? 0)) {
            return false;
          }
          throw error;
        }
      }),
    create: (connection, entries, signal) =>
      call(connection, signal, async (client, inner) => {
        // The SDK's types know no blocks newer than themselves.
        const body = { requests: entries } as unknown as BatchCreateParams;
        return toStatus(await client.messages.batches.create(body, { signal: inner }));
      }),
    retrieve: (connection, id, signal) =>
      call(connection, signal, async (client, inner) =>
        toStatus(await client.messages.batches.retrieve(id, {}, { signal: inner })),
      ),
    list: (connection, sinceMs, signal) =>
      call(connection, signal, async (client, inner) => {
        const found: BatchStatus[] = [];
        const query = { limit: pageSize };
        for await (const batch of client.messages.batches.list(query, { signal: inner })) {
          const status = toStatus(batch);
          if (status.createdAtMs < sinceMs) {
            break;
          }
          found.push(status);
        }
        return found;
      }),
    cancel: (connection, id, signal) =>
      call(connection, signal, async (client, inner) => {
        await client.messages.batches.cancel(id, {}, { signal: inner });
      }),
    results: (connection, id, signal) =>
      once(options, connection, signal, asItComes, async function* (client, inner) {
        // Not by the address in the batch: a key goes to the server that the user named, no other.
        const path = `/v1/messages/batches/${encodeURIComponent(id)}/results`;
        const response = await client.get(path, { signal: inner }).asResponse();
        for await (const line of lines(response.body as AsyncIterable<Uint8Array> | null)) {
          yield toResult(JSON.parse(line) as MessageBatchIndividualResponse);
        }
      }),
  };
}

/**
 * One call with a connection of its own. A kept one might be closed by the server in the moment it is
 * used, and be used again: for what costs money, that is not ours to try.
 */
async function* once<T>(
  { clock, version, hostFetch, moreAuthorities }: BatchClientOptions,
  connection: OnlineConnection,
  signal: AbortSignal,
  read: (response: Response) => Promise<Response>,
  work: (client: SlimClient, signal: AbortSignal) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const resources = new ResourceManager('batchCall');
  const attempt = new Attempt(clock, resources, signal);
  try {
    const plain = hostFetch?.() ?? resources.add(createHttpFetch(clock, moreAuthorities)).fetch;
    const watched = attempt.watch(plain, firstByteMs, idleMs);
    const send = async (...args: Parameters<FetchLike>): Promise<Response> =>
      read(await watched(...args));
    const client = new SlimClient(connection, send, `Slipstream/${version}`);
    yield* work(client, attempt.signal);
  } catch (error) {
    throw toBatchError(error, attempt, {
      endpoint: connection.endpoint,
      model: '',
      hasKey: Boolean(connection.apiKey),
      wallTimeMs: clock.wallTime(),
    });
  } finally {
    attempt.close();
    resources.dispose();
  }
}

/** For what is read line by line. */
const asItComes = (response: Response): Promise<Response> => Promise.resolve(response);

/** Our own connections give a body to iterate over alone; the SDK asks the response for its text. */
async function wholeBody(response: Response): Promise<Response> {
  if (!response.ok || !response.body) {
    return response;
  }
  const parts: Uint8Array[] = [];
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    parts.push(part);
  }
  const { status, headers } = response;
  return new Response(Buffer.concat(parts).toString('utf8'), { status, headers });
}

function toBatchError(
  error: unknown,
  attempt: Attempt,
  context: Parameters<typeof failureOf>[2],
): Error {
  if (attempt.isAborted) {
    const outcome = attempt.outcomeOfAbort(context);
    return outcome.kind === 'failed'
      ? new BatchError(outcome.failure, false)
      : new CancelledError();
  }
  const status = error instanceof APIError ? error.status : undefined;
  const isRefused =
    status === undefined
      ? neverArrived(attempt.connectionError)
      : status === 529 || (status >= 400 && status < 500 && status !== 408);
  return new BatchError(failureOf(error, attempt, context), isRefused);
}

/** Whether no connection was made at all. */
function neverArrived(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(
    String(code),
  );
}

/** The lines of a body that are not empty. */
async function* lines(body: AsyncIterable<Uint8Array> | null): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of body ?? []) {
    const whole = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = whole.pop() ?? '';
    yield* whole.filter((line) => line.trim() !== '');
  }
  if (rest.trim() !== '') {
    yield rest;
  }
}

function toStatus(batch: MessageBatch): BatchStatus {
  const { processing, succeeded, errored, canceled, expired } = batch.request_counts;
  const doneCount = succeeded + errored + canceled + expired;
  return {
    id: batch.id,
    createdAtMs: Date.parse(batch.created_at),
    requestCount: processing + doneCount,
    doneCount,
    isEnded: batch.processing_status === 'ended',
  };
}

function toResult({ custom_id: id, result }: MessageBatchIndividualResponse): BatchResult {
  switch (result.type) {
    case 'succeeded': {
      const { content, model, stop_reason: stopReason, usage } = result.message;
      const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      return {
        id,
        kind: 'succeeded',
        text,
        model,
        stopReason: stopReason ?? '',
        usage: toUsage(usage),
      };
    }
    case 'canceled':
    case 'expired':
      return { id, kind: result.type };
    default:
      return { id, kind: 'errored', message: result.error?.error?.message ?? '' };
  }
}

type GivenUsage = Extract<
  MessageBatchIndividualResponse['result'],
  { type: 'succeeded' }
>['message']['usage'];

function toUsage(usage: GivenUsage): Usage {
  const hourTokens = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  return {
    ...(hourTokens > 0 ? { hourCacheWriteTokens: hourTokens } : {}),
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.cache_read_input_tokens ?? 0,
    cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
    thinkingTokens: usage.output_tokens_details?.thinking_tokens ?? 0,
  };
}

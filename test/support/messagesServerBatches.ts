/**
 * The Message Batches API of the scripted server. Like the real one it checks a batch's frame when it
 * is created and each request only when it is worked on, tells figures only when all has ended, and
 * gives results in another order than the requests'.
 */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { type RequestRecord, sendError, sendJson } from './messagesServerHttp.ts';
import type { ApiError } from './messagesServerRules.ts';
import { type Answer, type ScriptLike, toScript } from './messagesServerScript.ts';

type Json = Record<string, unknown>;

/** What becomes of one request of a batch: an answer or failure as of a single one, or neither. */
export type BatchItemScript = ScriptLike | 'expired' | 'canceled';

export interface BatchRequest {
  readonly customId: string;
  readonly params: Json;
}

interface Batch {
  readonly id: string;
  /** Those it came with, by which its requests are judged. */
  readonly headers: IncomingHttpHeaders;
  readonly createdAt: Date;
  readonly requests: readonly BatchRequest[];
  results: readonly Json[] | undefined;
  endedAt: Date | undefined;
  cancelledAt: Date | undefined;
}

export interface BatchServerParts {
  readonly isStrict: () => boolean;
  /** What the Messages endpoint itself would say to these parameters. */
  readonly check: (params: Json, headers: IncomingHttpHeaders) => ApiError | undefined;
  /** An answer as the body of a message that is not streamed. */
  readonly toMessage: (params: Json, answer: Answer) => Json;
}

const maxRequests = 100_000;
export const maxBatchBytes = 256 * 1024 * 1024;
const dayMs = 24 * 3_600_000;
const path = '/v1/messages/batches';

/** The batches of the scripted server. Nothing ends before the test says so. */
export class BatchServer {
  /** Decides what becomes of each request when a batch is finished. */
  respond: (request: BatchRequest) => BatchItemScript = () =>
    toScript({ type: 'text', text: 'OK.' });
  /** The provider's clock, milliseconds since 1970. */
  wallTime: () => number = () => Date.now();
  /** Whether there are batches at all. */
  isOffered = true;
  /** How the next creation goes wrong after the batch was made: its answer never arrives. */
  losesNextAnswer = false;
  private readonly parts: BatchServerParts;
  private readonly batches: Batch[] = [];

  constructor(parts: BatchServerParts) {
    this.parts = parts;
  }

  /** The ids of all batches, oldest first. */
  get ids(): readonly string[] {
    return this.batches.map(({ id }) => id);
  }

  requestsOf(id: string): readonly BatchRequest[] {
    return this.find(id)?.requests ?? [];
  }

  isCancelled(id: string): boolean {
    return this.find(id)?.cancelledAt !== undefined;
  }

  /** Ends a batch: what was cancelled before is cancelled, unless `respond` has an answer for it. */
  finish(id: string): void {
    const batch = this.find(id);
    if (!batch) {
      throw new Error(`There is no batch ${id}.`);
    }
    const results = batch.requests.map((request) => ({
      custom_id: request.customId,
      result: this.resultOf(request, batch.headers),
    }));
    // In an order that is not that of the requests, and the same at each reading.
    batch.results = [...results].reverse().sort((left, right) => rank(left) - rank(right));
    batch.endedAt = new Date(this.wallTime());
  }

  finishAll(): void {
    for (const { id, endedAt } of this.batches) {
      if (!endedAt) {
        this.finish(id);
      }
    }
  }

  clear(): void {
    this.batches.length = 0;
    this.isOffered = true;
    this.losesNextAnswer = false;
    this.respond = () => toScript({ type: 'text', text: 'OK.' });
  }

  /** Whether a request is about batches. */
  serves(record: RequestRecord): boolean {
    return record.path === path || record.path.startsWith(`${path}/`);
  }

  serve(record: RequestRecord, response: ServerResponse, requestId: string): void {
    if (!this.isOffered) {
      const message = `Not found: ${record.path}`;
      sendError(response, { status: 404, type: 'not_found_error', message }, requestId);
      return;
    }
    const [id, action] = record.path.slice(path.length + 1).split('/');
    const answer = id ? this.serveOne(record, id, action) : this.serveAll(record);
    if (this.losesNextAnswer && record.method === 'POST' && !id) {
      this.losesNextAnswer = false;
      response.socket?.resetAndDestroy();
    } else if ('error' in answer) {
      sendError(response, answer.error, requestId);
    } else if ('lines' in answer) {
      response.writeHead(200, { 'content-type': 'application/x-jsonl' });
      response.end(answer.lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    } else {
      sendJson(response, 200, answer.body);
    }
  }

  private serveAll(record: RequestRecord): Served {
    if (record.method === 'POST') {
      return this.create(record);
    }
    return record.method === 'GET' ? { body: this.list(record) } : notFound(record.path);
  }

  private serveOne(record: RequestRecord, id: string, action: string | undefined): Served {
    const batch = this.find(id);
    if (!batch) {
      return notFound(`batch ${id}`);
    }
    switch (`${record.method} ${action ?? ''}`) {
      case 'GET ':
        return { body: this.toBody(batch) };
      case 'GET results':
        return batch.results
          ? { lines: batch.results }
          : notFound('results: the batch has not ended');
      case 'POST cancel':
        if (batch.endedAt) {
          return invalid(`Batch ${id} cannot be canceled because it has already ended.`);
        }
        batch.cancelledAt ??= new Date(this.wallTime());
        return { body: this.toBody(batch) };
      case 'DELETE ':
        if (!batch.endedAt) {
          return invalid(`Batch ${id} cannot be deleted before it has ended.`);
        }
        this.batches.splice(this.batches.indexOf(batch), 1);
        return { body: { id, type: 'message_batch_deleted' } };
      default:
        return notFound(record.path);
    }
  }

  private create(record: RequestRecord): Served {
    const problem = this.parts.isStrict() ? frameProblem(record.body) : undefined;
    if (problem) {
      return invalid(problem);
    }
    const requests = (record.body?.['requests'] ?? []) as { custom_id: string; params: Json }[];
    const batch: Batch = {
      id: `msgbatch_${String(this.batches.length + 1).padStart(6, '0')}`,
      headers: record.headers,
      createdAt: new Date(this.wallTime()),
      requests: requests.map(({ custom_id, params }) => ({ customId: custom_id, params })),
      results: undefined,
      endedAt: undefined,
      cancelledAt: undefined,
    };
    this.batches.push(batch);
    return { body: this.toBody(batch) };
  }

  /** Newest first, in pages. */
  private list({ query }: RequestRecord): Json {
    const newestFirst = [...this.batches].reverse();
    const limit = Number(query.get('limit') ?? 20);
    const after = query.get('after_id');
    const start = after === null ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1;
    const page = newestFirst.slice(start, start + limit);
    return {
      data: page.map((batch) => this.toBody(batch)),
      has_more: start + limit < newestFirst.length,
      first_id: page[0]?.id ?? null,
      last_id: page.at(-1)?.id ?? null,
    };
  }

  private resultOf({ customId, params }: BatchRequest, headers: IncomingHttpHeaders): Json {
    const error = this.parts.isStrict() ? this.parts.check(params, headers) : undefined;
    if (error) {
      return errored(error.type, error.message);
    }
    const scripted = this.respond({ customId, params });
    if (scripted === 'expired' || scripted === 'canceled') {
      return { type: scripted };
    }
    const script = toScript(scripted);
    if (script.kind === 'answer') {
      return { type: 'succeeded', message: this.parts.toMessage(params, script) };
    }
    return script.kind === 'failure'
      ? errored(script.type, script.message)
      : errored('api_error', 'Internal server error');
  }

  private toBody(batch: Batch): Json {
    const state = batch.cancelledAt ? 'canceling' : 'in_progress';
    const count = (type: string): number =>
      (batch.results ?? []).filter((line) => (line['result'] as Json)['type'] === type).length;
    return {
      id: batch.id,
      type: 'message_batch',
      processing_status: batch.endedAt ? 'ended' : state,
      request_counts: {
        processing: batch.endedAt ? 0 : batch.requests.length,
        succeeded: count('succeeded'),
        errored: count('errored'),
        canceled: count('canceled'),
        expired: count('expired'),
      },
      created_at: batch.createdAt.toISOString(),
      expires_at: new Date(batch.createdAt.getTime() + dayMs).toISOString(),
      ended_at: batch.endedAt?.toISOString() ?? null,
      cancel_initiated_at: batch.cancelledAt?.toISOString() ?? null,
      archived_at: null,
      // An address that nobody may follow with a key.
      results_url: batch.endedAt
        ? `http://127.0.0.1:9/v1/messages/batches/${batch.id}/results`
        : null,
    };
  }

  private find(id: string): Batch | undefined {
    return this.batches.find((batch) => batch.id === id);
  }
}

type Served =
  | { readonly body: Json }
  | { readonly lines: readonly Json[] }
  | { readonly error: ApiError };

function frameProblem(body: Json | undefined): string | undefined {
  const requests = body?.['requests'];
  if (!Array.isArray(requests) || requests.length === 0) {
    return 'requests: List should have at least 1 item';
  }
  if (requests.length > maxRequests) {
    return `requests: List should have at most ${maxRequests} items`;
  }
  for (const key of Object.keys(body ?? {})) {
    if (key !== 'requests') {
      return `${key}: Extra inputs are not permitted`;
    }
  }
  const ids = requests.map((request: Json) => request['custom_id']);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    return `requests: custom_id must be unique, got ${twice} twice`;
  }
  return requests.map(entryProblem).find((problem) => problem !== undefined);
}

function entryProblem(request: Json, index: number): string | undefined {
  const { custom_id: id, params, ...rest } = request;
  if (typeof id !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(id)) {
    return `requests.${index}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`;
  }
  if (typeof params !== 'object' || params === null || Object.keys(rest).length > 0) {
    return `requests.${index}: Extra inputs are not permitted`;
  }
  return 'stream' in params || 'speed' in params || (params as Json)['max_tokens'] === 0
    ? `requests.${index}.params: stream, speed and max_tokens 0 are not supported in a batch`
    : undefined;
}

function errored(type: string, message: string): Json {
  return { type: 'errored', error: { type: 'error', error: { type, message } } };
}

function invalid(message: string): Served {
  return { error: { status: 400, type: 'invalid_request_error', message } };
}

function notFound(what: string): Served {
  return { error: { status: 404, type: 'not_found_error', message: `Not found: ${what}` } };
}

/** A shuffle that is the same each time: by the last characters of the id, read backwards. */
function rank(line: { readonly custom_id: string }): number {
  return Number.parseInt(Buffer.from(line.custom_id).toString('hex').slice(-8), 16) % 97;
}

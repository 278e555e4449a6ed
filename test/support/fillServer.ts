/**
 * A local server over real HTTP that fills in the middle as llama.cpp's or Ollama's does, or does not,
 * and is as strict as it can be: what the real one does not know is refused here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseObject, readBody, sendJson } from './messagesServerHttp.ts';

/** Which program it stands for: LM Studio answers paths that it does not know with status 200. */
export type FillServerKind = 'llama.cpp' | 'ollama' | 'lmStudio';

export interface FillServerOptions {
  readonly kind: FillServerKind;
  /** Whether the model that is loaded was trained to fill in. */
  readonly canFill?: boolean;
}

export interface FillAnswer {
  readonly text: string;
  readonly end?: 'limit' | 'word' | 'eos';
  /** Cuts the body into writes of so many bytes. */
  readonly chunkBytes?: number;
  /** An error of the server after so many characters. */
  readonly errorAfter?: number;
  /** The connection is closed after so many characters, as if the answer were complete. */
  readonly closeAfter?: number;
}

export interface FillRecord {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isFlag: Check = (value) => typeof value === 'boolean';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isExtra: Check = (value) =>
  Array.isArray(value) && value.every((one) => isText(one?.text) && isText(one?.filename));

const infillFields: Readonly<Record<string, Check>> = {
  model: isText,
  input_prefix: isText,
  input_suffix: isText,
  input_extra: isExtra,
  prompt: isText,
  n_predict: isNumber,
  stop: isTexts,
  stream: isFlag,
  cache_prompt: isFlag,
  temperature: isNumber,
  seed: isNumber,
};
const optionFields: Readonly<Record<string, Check>> = {
  num_predict: isNumber,
  stop: isTexts,
  temperature: isNumber,
  seed: isNumber,
};
const generateFields: Readonly<Record<string, Check>> = {
  model: isText,
  prompt: isText,
  suffix: (value) => isText(value) && value !== '',
  stream: isFlag,
  options: (value) => wrongField(value as Record<string, unknown>, optionFields) === undefined,
};

export class FillServer {
  /** All requests, in the order of their arrival. */
  readonly requests: FillRecord[] = [];
  private readonly options: FillServerOptions;
  private readonly server: Server;
  private readonly queue: FillAnswer[] = [];
  /** A status that the next request to fill in is refused with. */
  private refusal: number | undefined;

  private constructor(options: FillServerOptions) {
    this.options = options;
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(options: FillServerOptions): Promise<FillServer> {
    const made = new FillServer(options);
    await new Promise<void>((resolve) => made.server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get paths(): readonly string[] {
    return this.requests.map(({ path }) => path);
  }

  reply(...answers: readonly FillAnswer[]): void {
    this.queue.push(...answers);
  }

  refuseNext(status: number): void {
    this.refusal = status;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseObject((await readBody(request)) ?? Buffer.alloc(0)) ?? {};
    const path = request.url ?? '';
    this.requests.push({ path, body });
    const { kind } = this.options;
    if (path === '/v1/messages') {
      return this.answerMessages(response);
    }
    if (kind === 'llama.cpp' && path === '/infill') {
      return this.serveInfill(body, response);
    }
    if (kind === 'ollama' && path === '/api/show') {
      const capabilities = ['completion', ...(this.canFill ? ['insert'] : [])];
      return sendJson(response, 200, { modelfile: '', details: {}, capabilities });
    }
    if (kind === 'ollama' && path === '/api/generate') {
      return this.serveGenerate(body, response);
    }
    const status = kind === 'lmStudio' ? 200 : 404;
    sendJson(response, status, { error: `Unexpected endpoint or method. (POST ${path})` });
  }

  private get canFill(): boolean {
    return this.options.canFill ?? true;
  }

  private async serveInfill(
    body: Readonly<Record<string, unknown>>,
    response: ServerResponse,
  ): Promise<void> {
    const wrong = wrongField(body, infillFields);
    if (wrong !== undefined) {
      return sendJson(response, 400, { error: { code: 400, message: `Bad field: ${wrong}` } });
    }
    if (!this.canFill) {
      const message = 'Infill is not supported by this model: prefix token is missing. ';
      return sendJson(response, 501, {
        error: { code: 501, message, type: 'not_supported_error' },
      });
    }
    if (body['stream'] !== true) {
      return sendJson(response, 200, { content: '', stop: true, stop_type: 'limit' });
    }
    const answer = this.next(response);
    if (!answer) {
      return;
    }
    const { text, end = 'eos' } = answer;
    const last = {
      content: '',
      stop: true,
      stop_type: end,
      tokens_evaluated: 40,
      tokens_predicted: 7,
    };
    const lines = [...pieces(text)].map((content) => ({ content, stop: false }));
    await this.write(response, answer, [...lines, last], (line) => `data: ${line}\n\n`);
  }

  private async serveGenerate(
    body: Readonly<Record<string, unknown>>,
    response: ServerResponse,
  ): Promise<void> {
    const wrong = wrongField(body, generateFields);
    if (wrong !== undefined || !this.canFill) {
      const error = wrong ?? `registry.ollama.ai/library/${body['model']} does not support insert`;
      return sendJson(response, 400, { error });
    }
    const answer = this.next(response);
    if (!answer) {
      return;
    }
    const { text, end = 'eos' } = answer;
    const done_reason = end === 'limit' ? 'length' : 'stop';
    const last = { response: '', done: true, done_reason, prompt_eval_count: 40, eval_count: 7 };
    const lines = [...pieces(text)].map((part) => ({ response: part, done: false }));
    await this.write(response, answer, [...lines, last], (line) => `${line}\n`);
  }

  /** Undefined where the request was refused. */
  private next(response: ServerResponse): FillAnswer | undefined {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal !== undefined) {
      sendJson(response, refusal, { error: { message: 'Refused.' } });
      return undefined;
    }
    return this.queue.shift() ?? { text: 'filled' };
  }

  private async write(
    response: ServerResponse,
    { chunkBytes, errorAfter, closeAfter }: FillAnswer,
    objects: readonly object[],
    toLine: (json: string) => string,
  ): Promise<void> {
    const broken = Math.min(errorAfter ?? objects.length, closeAfter ?? objects.length);
    const kept: object[] = objects.slice(0, broken);
    if (errorAfter !== undefined) {
      kept.push({ error: { code: 500, message: 'Out of memory.' } });
    }
    const bytes = Buffer.from(kept.map((one) => toLine(JSON.stringify(one))).join(''));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const step = chunkBytes ?? bytes.length;
    for (let at = 0; at < bytes.length && !response.destroyed; at += step) {
      response.write(bytes.subarray(at, at + step));
      // Lets the write leave on its own instead of being joined with the next.
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  }

  private answerMessages(response: ServerResponse): void {
    const events = [
      { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: {} } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: '<fill>told' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: {} },
      { type: 'message_stop' },
    ];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
  }
}

/** One character each, as the smallest tokens are. */
function pieces(text: string): Iterable<string> {
  return text;
}

/** The first field that the real server does not know, or knows otherwise. */
function wrongField(
  body: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, Check>>,
): string | undefined {
  const [name] =
    Object.entries(body).find(([field, value]) => !(fields[field]?.(value) ?? false)) ?? [];
  return name;
}

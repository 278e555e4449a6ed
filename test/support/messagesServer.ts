/**
 * A scripted Messages API over real HTTP, as strict as the real one: a request that the real API
 * answers with 400 gets that 400 here. Tests say what it answers and see what was asked.
 *
 *     const server = await MessagesServer.start();
 *     server.reply(toolUse('read_file', { path: 'a.ts' }), text('It says hello.'));
 *     … point the client at server.endpoint with server.apiKey …
 *     server.requests[0].body
 *     await server.stop();
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { BatchServer, maxBatchBytes } from './messagesServerBatches.ts';
import { CacheSimulation, estimatePromptTokens } from './messagesServerCache.ts';
import { PromptDiagnostics } from './messagesServerDiagnostics.ts';
import {
  modelList,
  parseObject,
  type RequestRecord,
  readBody,
  sendError,
  sendJson,
} from './messagesServerHttp.ts';
import { type ApiError, checkCountTokens, checkMessages } from './messagesServerRules.ts';
import {
  type Answer,
  answer,
  type Script,
  type ScriptLike,
  text,
  toScript,
} from './messagesServerScript.ts';
import {
  type AnswerFacts,
  endStream,
  sleepOrClose,
  stopReasonOf,
  toContent,
  toEvents,
  toWrites,
  writePaced,
} from './messagesServerStream.ts';
import { ThinkingSigner } from './messagesServerThinking.ts';

/** Body limit of the Messages endpoint. */
const maxBodyBytes = 32 * 1024 * 1024;

export interface MessagesServerOptions {
  /** The only key let in. */
  readonly apiKey?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** False lets through what the real API rejects, as local servers do, and any key or model. */
  readonly isStrict?: boolean;
  /** How long an idle connection is kept, milliseconds. */
  readonly keepAliveMs?: number;
  /** The clock by which cached prompts age, milliseconds; the process's own unless given. */
  readonly now?: () => number;
}

export class MessagesServer {
  readonly apiKey: string;
  /** All requests, in the order their bodies were complete. */
  readonly requests: RequestRecord[] = [];
  /** The batches, which end when the test says so. */
  readonly batches: BatchServer = new BatchServer({
    isStrict: () => this.isStrict,
    check: (params, headers) => checkMessages(params, headers, this.signer),
    toMessage: (params, script) => this.toMessage(params, script),
  });
  private readonly options: MessagesServerOptions;
  private readonly server: Server;
  private readonly sockets = new Map<Socket, number>();
  private readonly queue: Script[] = [];
  private readonly signer = new ThinkingSigner();
  private readonly cache: CacheSimulation;
  private readonly diagnostics = new PromptDiagnostics();
  private readonly waiters = new Set<() => void>();
  private responder: (request: RequestRecord) => ScriptLike = () => text('OK.');
  private connectionCount = 0;
  private messageCount = 0;

  private constructor(options: MessagesServerOptions) {
    this.options = options;
    this.apiKey = options.apiKey ?? 'sk-test-key';
    this.cache = new CacheSimulation(options.now);
    this.server = createServer({ keepAliveTimeout: options.keepAliveMs ?? 30_000 });
    this.server.on('connection', (socket) => this.onConnection(socket));
    this.server.on('request', (request, response) => {
      this.serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(options: MessagesServerOptions = {}): Promise<MessagesServer> {
    const server = new MessagesServer(options);
    await new Promise<void>((resolve, reject) => {
      server.server.once('error', reject);
      server.server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return server;
  }

  /** The base URL, without `/v1`. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Requests to `/v1/messages` alone. */
  get messageRequests(): RequestRecord[] {
    return this.requests.filter((request) => request.path === '/v1/messages');
  }

  get connections(): { readonly open: number; readonly total: number } {
    return { open: this.sockets.size, total: this.connectionCount };
  }

  /** Answers the next requests with these, one each. */
  reply(...scripts: readonly ScriptLike[]): void {
    this.queue.push(...scripts.map(toScript));
  }

  /** Answers whatever the queue of `reply` does not. */
  respond(responder: (request: RequestRecord) => ScriptLike): void {
    this.responder = responder;
  }

  /** Resolves when this many requests to `/v1/messages` have arrived. */
  async received(count: number): Promise<RequestRecord> {
    while (true) {
      const request = this.messageRequests[count - 1];
      if (request) {
        return request;
      }
      await this.changed();
    }
  }

  /** Resolves when no more than this many connections are open. */
  async connectionsAtMost(count: number): Promise<void> {
    while (this.sockets.size > count) {
      await this.changed();
    }
  }

  /** Forgets requests, scripts and cached prompts; connections stay. */
  reset(): void {
    this.requests.length = 0;
    this.queue.length = 0;
    this.cache.clear();
    this.diagnostics.clear();
    this.batches.clear();
    this.responder = () => text('OK.');
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    for (const socket of this.sockets.keys()) {
      socket.destroy();
    }
    await closed;
  }

  private changed(): Promise<void> {
    return new Promise((resolve) => this.waiters.add(resolve));
  }

  private notify(): void {
    for (const wake of this.waiters) {
      wake();
    }
    this.waiters.clear();
  }

  private onConnection(socket: Socket): void {
    this.connectionCount += 1;
    this.sockets.set(socket, this.connectionCount);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.notify();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = performance.now();
    const requestId = `req_${String(this.requests.length + 1).padStart(6, '0')}`;
    response.setHeader('request-id', requestId);
    const bytes = await readBody(request);
    if (bytes === undefined) {
      return;
    }
    const record = this.record(request, response, bytes, arrivedAt);
    const error = this.authenticate(record) ?? this.checkSize(record);
    if (error) {
      return sendError(response, error, requestId);
    }
    await this.route(record, response, requestId);
  }

  private record(
    request: IncomingMessage,
    response: ServerResponse,
    bytes: Buffer,
    arrivedAt: number,
  ): RequestRecord {
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    const record: RequestRecord = {
      method: request.method ?? '',
      path: (request.url ?? '').split('?')[0] ?? '',
      query: new URLSearchParams((request.url ?? '').split('?')[1] ?? ''),
      headers: request.headers,
      body: parseObject(bytes),
      bodyBytes: bytes.length,
      connection: this.sockets.get(request.socket) ?? 0,
      arrivedAt,
      bodyReadAt: performance.now(),
      firstByteAt: undefined,
      endedAt: undefined,
      status: undefined,
      isAborted: false,
      closed,
    };
    response.once('close', () => {
      record.isAborted = !response.writableFinished;
      record.endedAt = performance.now();
      record.status = response.headersSent ? response.statusCode : undefined;
      this.notify();
    });
    this.requests.push(record);
    this.notify();
    return record;
  }

  private authenticate(record: RequestRecord): ApiError | undefined {
    const isAllowed = record.headers.authorization === `Bearer ${this.apiKey}`;
    if (isAllowed || this.options.isStrict === false) {
      return undefined;
    }
    return { status: 401, type: 'authentication_error', message: 'invalid bearer token' };
  }

  private checkSize(record: RequestRecord): ApiError | undefined {
    const isBatch = this.batches.serves(record);
    if (record.bodyBytes <= (isBatch ? maxBatchBytes : maxBodyBytes)) {
      return undefined;
    }
    const message = 'Request exceeds the maximum size';
    return { status: 413, type: 'request_too_large', message };
  }

  private async route(
    record: RequestRecord,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    if (this.batches.serves(record)) {
      return this.batches.serve(record, response, requestId);
    }
    switch (`${record.method} ${record.path}`) {
      case 'POST /v1/messages':
        return this.serveMessages(record, response, requestId);
      case 'POST /v1/messages/count_tokens':
        return this.serveCount(record, response, requestId);
      case 'GET /v1/models':
        return sendJson(response, 200, modelList());
      default: {
        const message = `Not found: ${record.path}`;
        return sendError(response, { status: 404, type: 'not_found_error', message }, requestId);
      }
    }
  }

  private async serveMessages(
    record: RequestRecord,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    const error = this.isStrict
      ? checkMessages(record.body, record.headers, this.signer)
      : undefined;
    if (error) {
      return sendError(response, error, requestId);
    }
    await this.play(this.nextScript(record), record, response);
  }

  /** A prompt that is only put into the cache uses up no answer, but may meet with a failure. */
  private nextScript(record: RequestRecord): Script {
    if (record.body?.['max_tokens'] === 0 && (this.queue[0]?.kind ?? 'answer') === 'answer') {
      return answer([], { stopReason: 'max_tokens', usage: { output_tokens: 0 } });
    }
    return this.queue.shift() ?? toScript(this.responder(record));
  }

  private serveCount(record: RequestRecord, response: ServerResponse, requestId: string): void {
    const error = this.isStrict ? checkCountTokens(record.body, record.headers) : undefined;
    if (error) {
      sendError(response, error, requestId);
      return;
    }
    sendJson(response, 200, { input_tokens: estimatePromptTokens(record.body ?? {}) });
  }

  private get isStrict(): boolean {
    return this.options.isStrict !== false;
  }

  private async play(
    script: Script,
    record: RequestRecord,
    response: ServerResponse,
  ): Promise<void> {
    switch (script.kind) {
      case 'answer':
        return this.playAnswer(script, record, response);
      case 'failure': {
        for (const [name, value] of Object.entries(script.headers)) {
          response.setHeader(name, value);
        }
        return sendError(response, script, String(response.getHeader('request-id')));
      }
      case 'noResponse':
        if (script.how === 'reset') {
          response.socket?.resetAndDestroy();
        }
        return;
      case 'raw':
        response.writeHead(script.status, script.headers);
        response.end(script.body);
        return;
    }
  }

  private async playAnswer(
    script: Answer,
    record: RequestRecord,
    response: ServerResponse,
  ): Promise<void> {
    const { blocks, options } = script;
    if (options.headDelayMs) {
      await sleepOrClose(response, options.headDelayMs);
    }
    if (record.body?.['stream'] !== true) {
      return sendJson(response, 200, this.toMessage(record.body ?? {}, script));
    }
    const facts = this.answerFacts(record.body, script);
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.flushHeaders();
    if (options.firstEventDelayMs) {
      await sleepOrClose(response, options.firstEventDelayMs);
    }
    const writes = toWrites(toEvents(blocks, options, facts), options);
    const isWritten = await writePaced(response, writes, options, () => {
      record.firstByteAt ??= performance.now();
    });
    if (isWritten) {
      await endStream(script.options.fault, response);
    }
  }

  /** An answer in one piece. */
  private toMessage(body: Record<string, unknown>, script: Answer): Record<string, unknown> {
    const { blocks, options } = script;
    const facts = this.answerFacts(body, script);
    const { messageId: id, model, diagnostics } = facts;
    return {
      id,
      type: 'message',
      role: 'assistant',
      model,
      content: toContent(blocks, facts),
      stop_reason: stopReasonOf(blocks, options),
      diagnostics,
      usage: { ...facts.usage, ...options.usage },
    };
  }

  private answerFacts(body: Record<string, unknown>, script: Answer): AnswerFacts {
    this.messageCount += 1;
    const messageId = `msg_${String(this.messageCount).padStart(6, '0')}`;
    return {
      messageId,
      model: String(body['model'] ?? ''),
      usage: this.cache.usage(body, script.blocks),
      diagnostics: this.diagnostics.compare(body, messageId),
      sign: (earlierBlocks, content) => this.signer.sign(body, earlierBlocks, content),
    };
  }
}

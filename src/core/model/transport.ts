/**
 * The last stage: a request on the wire. It and `batchTransport.ts`, which shares its client, are the
 * only files that import the SDK, in its slim form (124 kB against 421), and loaded on first use.
 */
import { BaseAnthropic, type ClientOptions } from '@anthropic-ai/sdk/client';
import { APIConnectionError, APIError } from '@anthropic-ai/sdk/error';
import {
  type MessageCountTokensParams,
  type MessageCreateParamsStreaming,
  Messages,
} from '@anthropic-ai/sdk/resources/messages/messages';
import type { Clock } from '../../base/clock.ts';
import { BugError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { AnswerReader, ProtocolError, StreamedError } from './answerReader.ts';
import { AnswerStream, type Judge } from './answerStream.ts';
import { Attempt } from './attempt.ts';
import type { Catalogue } from './catalogue.ts';
import { hostOf, type OnlineConnection } from './connection.ts';
import type { TryWatch } from './endpoints/tryWatch.ts';
import {
  type FailureContext,
  failureOfConnection,
  failureOfKey,
  failureOfProtocol,
  failureOfProvider,
  hasErrorCode,
  isUnpackingError,
} from './failures.ts';
import { FillEndpoints } from './fill/fillEndpoints.ts';
import { type HandingOver, handingOver } from './handOver.ts';
import { createHttpFetch, type FetchLike, type HttpFetch } from './httpFetch.ts';
import type { ModelEvent, ModelFailure, ModelRequest, Outcome } from './request.ts';
import { defaultTransportLimits, type TransportLimits } from './transportLimits.ts';
import { wholeAnswer } from './wholeAnswer.ts';
import {
  type ProviderChoices,
  toAnthropicRequest,
  toCompatibleRequest,
  toCountRequest,
  type WireRequest,
} from './wire.ts';

/** A count that takes longer is not worth waiting for before every token of an answer, milliseconds. */
const countLimitMs = 3_000;

/** How servers say that they do not count tokens, as Ollama does. */
const notOfferedStatuses: readonly (number | undefined)[] = [404, 405, 501];

export interface TransportOptions {
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  /** Slipstream's own, for the `User-Agent`. */
  readonly version: string;
  /** Asked for each request. */
  readonly limits?: () => TransportLimits;
  /** Asked for each request. */
  readonly choices?: () => ProviderChoices;
  /**
   * Certificates to trust besides Node's own, PEM. Asked when one is not accepted, until it names some.
   */
  readonly moreAuthorities?: () => readonly string[];
  /**
   * The host's `fetch` while it must be used, as where a proxy is configured in the editor; asked for
   * each request. Undefined for our own connections.
   */
  readonly hostFetch?: () => FetchLike | undefined;
}

export interface Transport extends Disposable {
  stream(
    request: ModelRequest,
    connection: OnlineConnection,
    signal: AbortSignal,
    watch?: TryWatch,
  ): AsyncIterable<ModelEvent>;
  /** Opens a connection for the next request. Rejects where that fails. */
  preconnect(connection: OnlineConnection): Promise<void>;
  /**
   * The tokens of the prompt as the endpoint counts them. Undefined where it does not say, or not in
   * time: then an estimate has to do. Never rejects.
   */
  countTokens(
    request: ModelRequest,
    connection: OnlineConnection,
    signal: AbortSignal,
  ): Promise<number | undefined>;
}

/** The caller owns the answer: its disposal aborts what runs and closes all connections. */
export function createTransport(options: TransportOptions): Transport {
  return new SdkTransport(options);
}

class SdkTransport implements Transport {
  private readonly options: TransportOptions;
  private readonly limits: () => TransportLimits;
  private readonly resources = new ResourceManager('transport');
  private readonly http: HttpFetch;
  private readonly fillEndpoints: FillEndpoints;
  /** Endpoints that do not count tokens for a model, as `endpoint model`. */
  private readonly notCounting = new Set<string>();

  constructor(options: TransportOptions) {
    this.options = options;
    this.limits = options.limits ?? (() => defaultTransportLimits);
    this.http = this.resources.add(createHttpFetch(options.clock, options.moreAuthorities));
    this.fillEndpoints = new FillEndpoints(options.clock);
  }

  dispose(): void {
    this.resources.dispose();
  }

  async preconnect(connection: OnlineConnection): Promise<void> {
    if (this.options.hostFetch?.()) {
      return;
    }
    const controller = this.resources.abortController();
    const limit = this.resources.setTimeout(() => controller.abort(), this.limits().idleMs);
    try {
      await this.http.preconnect(connection.endpoint, controller.signal);
    } finally {
      limit.dispose();
      controller.abort();
    }
  }

  async countTokens(
    request: ModelRequest,
    connection: OnlineConnection,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const place = `${connection.endpoint} ${request.model}`;
    if (this.notCounting.has(place) || !isSendable(connection.apiKey)) {
      return undefined;
    }
    const controller = this.resources.abortController();
    const limit = this.options.clock.setTimeout(() => controller.abort(), countLimitMs);
    try {
      const client = this.client(connection, this.options.hostFetch?.() ?? this.http.fetch);
      const body = toCountRequest(this.toWire(request, connection)) as MessageCountTokensParams;
      const either = AbortSignal.any([signal, controller.signal]);
      const call = client.messages.countTokens(body, { signal: either });
      return await inputTokensIn(await call.asResponse());
    } catch (error) {
      // What is wrong, the request itself will tell; only what cannot get better is remembered.
      if (error instanceof APIError && notOfferedStatuses.includes(error.status)) {
        this.notCounting.add(place);
      }
      return undefined;
    } finally {
      limit.dispose();
      controller.abort();
    }
  }

  stream(
    request: ModelRequest,
    connection: OnlineConnection,
    signal: AbortSignal,
    watch?: TryWatch,
  ): AsyncIterable<ModelEvent> {
    const attempt = (): Attempt => new Attempt(this.options.clock, this.resources, signal, watch);
    return handingOver(this.begin(request, connection, attempt));
  }

  private async *begin(
    request: ModelRequest,
    connection: OnlineConnection,
    beginAttempt: () => Attempt,
  ): HandingOver {
    const attempt = beginAttempt();
    const reader = new AnswerReader(request.model, hostOf(connection.endpoint));
    const judge = this.judge(request, connection, reader, attempt);
    try {
      if (!isSendable(connection.apiKey)) {
        throw new UnsendableKeyError();
      }
      const body = await this.open(request, connection, attempt);
      return new AnswerStream(body, reader, attempt, judge);
    } catch (error) {
      const outcome = judge.outcomeOfError(error);
      attempt.ended(outcome);
      attempt.close();
      yield { type: 'ended', outcome };
      return undefined;
    }
  }

  private async open(
    request: ModelRequest,
    connection: OnlineConnection,
    attempt: Attempt,
  ): Promise<AsyncIterator<Uint8Array>> {
    const send = this.options.hostFetch?.() ?? this.http.fetch;
    const isLocal = connection.kind === 'compatible';
    const { localMs, idleMs, firstByteMs } = this.limits();
    const watched = attempt.watch(
      send,
      isLocal ? localMs : firstByteMs,
      isLocal ? localMs : idleMs,
    );
    const senders = { probe: send, send: watched };
    const filled =
      isLocal && (await this.fillEndpoints.open(request, connection, senders, attempt.signal));
    if (filled) {
      return filled.read(await bodyOf(filled.response));
    }
    const client = this.client(connection, watched);
    // Its types know no blocks newer than themselves, which go back as they came.
    const body = this.toWire(request, connection) as MessageCreateParamsStreaming;
    const call = client.messages.create(body, { signal: attempt.signal });
    const bytes = await bodyOf(await call.asResponse());
    return body.stream ? bytes : wholeAnswer(bytes);
  }

  private client(connection: OnlineConnection, send: FetchLike): SlimClient {
    return new SlimClient(connection, send, `Slipstream/${this.options.version}`);
  }

  private toWire(request: ModelRequest, connection: OnlineConnection): WireRequest {
    return connection.kind === 'compatible'
      ? toCompatibleRequest(request)
      : toAnthropicRequest(
          request,
          this.options.catalogue.find(request.model),
          this.options.choices?.(),
        );
  }

  private judge(
    request: ModelRequest,
    connection: OnlineConnection,
    reader: AnswerReader,
    attempt: Attempt,
  ): Judge {
    const context = (): FailureContext => ({
      endpoint: connection.endpoint,
      model: request.model,
      hasKey: Boolean(connection.apiKey),
      wallTimeMs: this.options.clock.wallTime(),
    });
    /** Where the stop reason has come, nothing is missing but the end of the stream. */
    const settled = (): Outcome | undefined => {
      if (attempt.isAborted) {
        return attempt.outcomeOfAbort(context());
      }
      return reader.isComplete ? reader.finish() : undefined;
    };
    const located = (outcome: Outcome): Outcome =>
      outcome.kind === 'failed'
        ? failed({ ...outcome.failure, endpoint: connection.endpoint })
        : outcome;
    return {
      outcomeOfEnd: () => located(settled() ?? failed(failureOfEnd(reader, context()))),
      outcomeOfError: (error) => located(settled() ?? failed(failureOf(error, attempt, context()))),
    };
  }
}

/** Throws what the SDK throws for an answer that is an error. */
async function bodyOf(response: Response): Promise<AsyncIterator<Uint8Array>> {
  if (!response.ok) {
    throw APIError.generate(response.status, undefined, await response.text(), response.headers);
  }
  if (!response.body) {
    throw new ProtocolError('It has no body.');
  }
  return response.body[Symbol.asyncIterator]();
}

/** Undefined where the body is not that of a count. Its own `json` does not work: see `httpFetch.ts`. */
async function inputTokensIn({ body }: Response): Promise<number | undefined> {
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) {
    parts.push(part);
  }
  const counted: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
  const isCount = typeof counted === 'object' && counted !== null && 'input_tokens' in counted;
  return isCount && typeof counted.input_tokens === 'number' ? counted.input_tokens : undefined;
}

/** A header takes visible ASCII alone, and the error for anything else would show the key. */
function isSendable(apiKey: string | undefined): boolean {
  return !apiKey || /^[\x21-\x7e]+$/.test(apiKey.trim());
}

class UnsendableKeyError extends Error {}

function failed(failure: ModelFailure): Outcome {
  return { kind: 'failed', failure };
}

function failureOfEnd(reader: AnswerReader, context: FailureContext): ModelFailure {
  return reader.isStarted
    ? failureOfConnection(undefined, context)
    : failureOfProtocol('It is not a stream of the Messages API.', context);
}

/** Throws what is neither the provider's nor the connection's error: it is a mistake of ours. */
export function failureOf(error: unknown, attempt: Attempt, context: FailureContext): ModelFailure {
  const { connectionError } = attempt;
  if (error instanceof StreamedError) {
    const { type, explanation } = error;
    const { requestId } = attempt;
    const facts = { status: undefined, type, errorCode: undefined, explanation, requestId };
    return failureOfProvider({ ...facts, header: () => undefined }, context);
  }
  if (error instanceof UnsendableKeyError) {
    return failureOfKey(context);
  }
  if (error instanceof ProtocolError) {
    return failureOfProtocol(error.message, context);
  }
  if (error instanceof SyntaxError) {
    return failureOfProtocol('A part of it is not JSON.', context);
  }
  if (isUnpackingError(connectionError ?? error)) {
    return failureOfProtocol('It could not be unpacked.', context);
  }
  if (error instanceof APIConnectionError || connectionError !== undefined) {
    return failureOfConnection(connectionError ?? error, context);
  }
  if (error instanceof APIError) {
    return failureOfProvider(
      {
        status: error.status,
        type: error.type ?? undefined,
        errorCode: error.errorCode ?? undefined,
        explanation: error.apiMessage ?? undefined,
        requestId: error.requestID ?? undefined,
        header: (name) => error.headers?.get(name) ?? undefined,
      },
      context,
    );
  }
  if (hasErrorCode(error)) {
    return failureOfConnection(error, context);
  }
  throw error;
}

const silentLogger: ClientOptions['logger'] = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

/**
 * The SDK's client with the one resource that is used. Everything it would otherwise take from the
 * environment or from files in the home folder is said here. Made for each request, which is cheap,
 * so that each has its own watchdog and a new key works at once.
 */
export class SlimClient extends BaseAnthropic {
  readonly messages: Messages = new Messages(this);
  private readonly userAgent: string;

  constructor(connection: OnlineConnection, send: FetchLike, userAgent: string) {
    // Without a key the server is asked all the same: a local one needs none.
    const defaultHeaders = connection.apiKey?.trim() ? {} : { authorization: null };
    super({
      apiKey: connection.apiKey?.trim() || null,
      authToken: null,
      webhookKey: null,
      baseURL: connection.endpoint.replace(/\/+$/, '').replace(/\/v1$/, ''),
      fetch: send,
      maxRetries: 0,
      openTelemetry: false,
      logger: silentLogger,
      logLevel: 'off',
    });
    // The SDK adds what ANTHROPIC_CUSTOM_HEADERS says, even another key: nobody set that for Slipstream.
    Object.assign(ownOptions(this), { defaultHeaders });
    this.userAgent = userAgent;
  }

  protected override getUserAgent(): string {
    return this.userAgent;
  }

  protected override _shouldResolveDefaultCredentials(): boolean {
    return false;
  }
}

/** What a client was made with; its types do not tell of it. */
function ownOptions(client: object): object {
  const options: unknown = Reflect.get(client, '_options');
  if (typeof options !== 'object' || options === null) {
    throw new BugError('The SDK keeps the options of its client elsewhere now.');
  }
  return options;
}

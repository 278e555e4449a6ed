/**
 * What went wrong, as a value for the user and for the retry stage. Decided by status, type, code
 * and class, never by a message's text, which may change.
 */
import { hostOf, isLoopback } from './connection.ts';
import type { ModelFailure, ModelFailureKind } from './request.ts';

/** An error that the provider reported, by status or inside a stream. */
export interface ProviderError {
  /** Undefined for an `error` event inside a stream. */
  readonly status: number | undefined;
  /** `error.type` of the body, such as `overloaded_error`. */
  readonly type: string | undefined;
  /** `error.details.error_code` of the body. */
  readonly errorCode: string | undefined;
  /** The provider's own explanation. */
  readonly explanation: string | undefined;
  readonly requestId: string | undefined;
  header(name: string): string | undefined;
}

/** What a failure is told about the request. */
export interface FailureContext {
  readonly endpoint: string;
  readonly model: string;
  readonly hasKey: boolean;
  /** Milliseconds since 1970, for `retry-after` dates. */
  readonly wallTimeMs: number;
}

/** Longest part of a provider's explanation that is shown, characters: two lines in a panel. */
const maxExplanationCharacters = 300;

const kindOfStatus: Readonly<Record<number, ModelFailureKind>> = {
  401: 'authentication',
  402: 'billing',
  403: 'authentication',
  408: 'server',
  409: 'server',
  429: 'rateLimited',
  529: 'overloaded',
};

const kindOfType: Readonly<Record<string, ModelFailureKind>> = {
  authentication_error: 'authentication',
  permission_error: 'authentication',
  billing_error: 'billing',
  rate_limit_error: 'rateLimited',
  overloaded_error: 'overloaded',
  api_error: 'server',
  timeout_error: 'server',
  invalid_request_error: 'invalidRequest',
  not_found_error: 'invalidRequest',
  request_too_large: 'invalidRequest',
};

const retriedKinds: ReadonlySet<ModelFailureKind> = new Set([
  'rateLimited',
  'overloaded',
  'server',
]);

/** An error answer of the provider. */
export function failureOfProvider(error: ProviderError, context: FailureContext): ModelFailure {
  const kind = kindOf(error);
  const retryAfterMs = readRetryAfterMs(error, context.wallTimeMs);
  return {
    kind,
    message: describe(kind, error, context),
    canRetry: readShouldRetry(error) ?? retriedKinds.has(kind),
    ...(isPromptTooLong(error) ? { isPromptTooLong: true } : {}),
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** A connection that could not be made or broke. `error` is whatever was thrown. */
export function failureOfConnection(error: unknown, context: FailureContext): ModelFailure {
  const code = findCode(error);
  return {
    kind: 'connection',
    message: describeConnection(code, context),
    canRetry: !(code && isLasting(code, context)),
  };
}

/** A key that cannot be sent, as it holds characters that no key has. */
export function failureOfKey(context: FailureContext): ModelFailure {
  const message = `The key for ${hostOf(context.endpoint)} holds characters that no key has. Run “Slipstream: Set API key” to enter it again.`;
  return { kind: 'authentication', message, canRetry: false };
}

/** Nothing came for longer than the idle limit. */
export function failureOfStall(idleMs: number, context: FailureContext): ModelFailure {
  const seconds = Math.round(idleMs / 1000);
  const message = `Nothing came from ${hostOf(context.endpoint)} for ${seconds} seconds. Try again.`;
  return { kind: 'stalled', message, canRetry: true };
}

/** An answer that is not what the protocol says. `detail` is a sentence without content. */
export function failureOfProtocol(detail: string, context: FailureContext): ModelFailure {
  const message = `The answer of ${hostOf(context.endpoint)} could not be read: ${detail} Try again.`;
  return { kind: 'protocol', message, canRetry: true };
}

/** Whether a failure speaks of the endpoint, so that the same request may do well at another. */
export function isFailureOfEndpoint({ kind, canRetry }: ModelFailure): boolean {
  return canRetry || kind === 'connection' || kind === 'authentication' || kind === 'billing';
}

/**
 * No code says so at the Messages API, and each local server has words of its own: those are looked
 * at here alone. Where they change, the user is told of the failure instead of a new try.
 */
function isPromptTooLong({ status, type, explanation }: ProviderError): boolean {
  if (status === 413 || type === 'exceed_context_size_error') {
    return true;
  }
  return (
    status === 400 &&
    /prompt is too long|context (length|size|window)|too many tokens/i.test(explanation ?? '')
  );
}

function kindOf(error: ProviderError): ModelFailureKind {
  if (error.errorCode?.endsWith('spend_limit_reached')) {
    return 'billing';
  }
  const { status } = error;
  if (status === undefined || status < 400) {
    return kindOfType[error.type ?? ''] ?? 'server';
  }
  return kindOfStatus[status] ?? (status < 500 ? 'invalidRequest' : 'server');
}

function describe(kind: ModelFailureKind, error: ProviderError, context: FailureContext): string {
  const host = hostOf(context.endpoint);
  switch (kind) {
    case 'authentication':
      return describeAuthentication(error, context);
    case 'billing':
      return `The account behind this key has no credit left or has reached its spend limit. Raise it at the provider, then try again.${explained(error)}`;
    case 'invalidRequest':
      return describeInvalid(error, context);
    case 'rateLimited':
      return `${host} limits how much this account may ask for right now. Try again later.`;
    case 'overloaded':
      return `${host} has more requests than it can serve right now. Try again in a moment.`;
    default:
      return `${host} failed to answer${error.status ? ` (${error.status})` : ''}. Try again in a moment.`;
  }
}

function describeAuthentication(error: ProviderError, context: FailureContext): string {
  const host = hostOf(context.endpoint);
  if (error.status === 403 || error.type === 'permission_error') {
    return `This key may not use ${context.model} at ${host}. Choose another model, or run “Slipstream: Set API key”.${explained(error)}`;
  }
  return context.hasKey
    ? `The key was not accepted by ${host}. Run “Slipstream: Set API key” to enter another.`
    : `${host} asks for a key. Run “Slipstream: Set API key” to enter one.`;
}

function describeInvalid(error: ProviderError, context: FailureContext): string {
  const host = hostOf(context.endpoint);
  if (error.status === 404) {
    return `${host} does not offer the model ${context.model}. Choose another model, or check the address in “slipstream.endpoint”.`;
  }
  if (error.status === 413) {
    return `The request is larger than ${host} accepts. Remove images or long files, or start a new thread.`;
  }
  return `${host} rejected the request${error.status ? ` (${error.status})` : ''}.${explained(error)}`;
}

function explained(error: ProviderError): string {
  const text = error.explanation?.replace(/\s+/g, ' ').trim();
  if (!text) {
    return '';
  }
  const isLong = text.length > maxExplanationCharacters;
  return ` It says: ${isLong ? `${text.slice(0, maxExplanationCharacters)}…` : text}`;
}

/** The provider's own word on whether another attempt makes sense, where it gives one. */
function readShouldRetry(error: ProviderError): boolean | undefined {
  const value = error.header('x-should-retry');
  return value === 'true' || value === 'false' ? value === 'true' : undefined;
}

/** From `retry-after-ms`, or `retry-after` in seconds or as an HTTP date. */
function readRetryAfterMs(error: ProviderError, wallTimeMs: number): number | undefined {
  const inMs = Number.parseFloat(error.header('retry-after-ms') ?? '');
  if (inMs >= 0) {
    return inMs;
  }
  const value = error.header('retry-after') ?? '';
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number.parseFloat(value) : Number.NaN;
  if (seconds >= 0) {
    return seconds * 1000;
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallTimeMs);
}

function describeConnection(code: string | undefined, context: FailureContext): string {
  const host = hostOf(context.endpoint);
  switch (code) {
    case 'ECONNREFUSED':
      return isLoopback(context.endpoint)
        ? `Nothing answers at ${host}. Start the local server, or change “slipstream.endpoint”.`
        : `${host} refused the connection. Check “slipstream.endpoint”, a firewall or a proxy.`;
    case 'ERR_INVALID_URL':
      return `“${host}” is not an address. Check “slipstream.endpoint”.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The address ${host} was not found. Check the network connection and “slipstream.endpoint”.`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return `${host} could not be reached. Check the network connection, a firewall or a proxy.`;
    default:
      return code && isCertificateCode(code)
        ? `The certificate of ${host} was not accepted (${code}). Behind a company proxy, its certificate must be trusted by this machine.`
        : `The connection to ${host} broke${code ? ` (${code})` : ''}. Try again.`;
  }
}

/** Whether an error comes from a connection: those, and only those, carry a code. */
export function hasErrorCode(error: unknown): boolean {
  return findCode(error) !== undefined;
}

/** The first error code of an error, what caused it, or what it is made of. */
function findCode(error: unknown, depth = 0): string | undefined {
  // Deeper chains than this are loops: fetch wraps three times at most.
  if (depth > 5 || typeof error !== 'object' || error === null) {
    return undefined;
  }
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === 'string') {
    return code;
  }
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return findCode(cause, depth + 1) ?? findCode(first, depth + 1);
}

/** Whether a connection failed because the server's certificate was not accepted. */
export function isCertificateError(error: unknown): boolean {
  const code = findCode(error);
  return code !== undefined && isCertificateCode(code);
}

/** Whether a body was not packed as its server said. Node names each packing's errors its own way. */
export function isUnpackingError(error: unknown): boolean {
  return /^(Z_|ZSTD_|ERR_ZSTD_|ERR_BROTLI_|ERR__ERROR_)/.test(findCode(error) ?? '');
}

function isCertificateCode(code: string): boolean {
  return /CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|^UNABLE_TO_(GET|VERIFY)/.test(code);
}

/** A local server that is not running, a bad certificate and a bad address stay that way. */
function isLasting(code: string, context: FailureContext): boolean {
  const isRefusedLocally = code === 'ECONNREFUSED' && isLoopback(context.endpoint);
  return isRefusedLocally || code === 'ERR_INVALID_URL' || isCertificateCode(code);
}

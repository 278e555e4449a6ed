/** What the scripted Messages API answers with: blocks, how they are streamed, and what goes wrong. */

export type ScriptBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | {
      readonly type: 'tool_use';
      readonly name: string;
      readonly input: unknown;
      readonly id: string | undefined;
      /** Sent in place of the serialised input, to send JSON that is cut off or wrong. */
      readonly rawJson: string | undefined;
    }
  /** A block as the stream carries it, for types that a client cannot know. */
  | {
      readonly type: 'raw';
      readonly start: Readonly<Record<string, unknown>>;
      readonly deltas: readonly Readonly<Record<string, unknown>>[];
    };

/**
 * How the bytes of a stream are cut into writes: one per event, all in one, one per byte, a cut
 * inside each character of more than one byte, or sizes in bytes that repeat.
 */
export type Chunking = 'event' | 'whole' | 'byte' | 'splitCharacters' | readonly number[];

/** Where a stream breaks off. Deltas count text, thinking and input deltas. */
export type CutPoint = { readonly bytes: number } | { readonly deltas: number };

export type Fault =
  /** The socket is reset. */
  | { readonly kind: 'reset'; readonly after: CutPoint }
  /** The body ends as if it were complete. */
  | { readonly kind: 'close'; readonly after: CutPoint }
  /** Nothing more comes, and the socket stays open. */
  | { readonly kind: 'stall'; readonly after: CutPoint }
  /** An `error` event, then the end. */
  | {
      readonly kind: 'errorEvent';
      readonly after: CutPoint;
      readonly type: string;
      readonly message: string;
    };

export interface AnswerOptions {
  /** Worked out from the blocks unless given. */
  readonly stopReason?: string;
  readonly stopSequence?: string;
  readonly stopDetails?: Readonly<Record<string, unknown>>;
  /** Replaces computed counts. */
  readonly usage?: Readonly<Record<string, unknown>>;
  /** Leaves usage out, as some local servers do. */
  readonly omitUsage?: boolean;
  /** Length of one text, thinking or input delta. */
  readonly deltaCharacters?: number;
  /** Unlimited unless given. */
  readonly deltasPerSecond?: number;
  /** Before the response's head. */
  readonly headDelayMs?: number;
  /** Between the response's head and the first event. */
  readonly firstEventDelayMs?: number;
  readonly chunking?: Chunking;
  readonly lineEnding?: '\n' | '\r\n' | '\r';
  /** Puts comment lines between events. */
  readonly comments?: boolean;
  /** Puts a ping before each n-th delta. */
  readonly pingEvery?: number;
  /** Puts events, deltas and fields between the known ones that no client knows yet. */
  readonly unknownEvents?: boolean;
  readonly fault?: Fault;
}

export interface Answer {
  readonly kind: 'answer';
  readonly blocks: readonly ScriptBlock[];
  readonly options: AnswerOptions;
}

/** An HTTP error in the API's own shape. */
export interface Failure {
  readonly kind: 'failure';
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly errorCode: string | undefined;
}

/** No response at all: the socket is reset, or stays silent until the client gives up. */
export interface NoResponse {
  readonly kind: 'noResponse';
  readonly how: 'reset' | 'silence';
}

/** Bytes sent as they are after an HTTP head. */
export interface RawResponse {
  readonly kind: 'raw';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Script = Answer | Failure | NoResponse | RawResponse;

/** A script, or blocks of an answer with nothing special about it. */
export type ScriptLike = Script | ScriptBlock | readonly ScriptBlock[];

export function text(content: string): ScriptBlock {
  return { type: 'text', text: content };
}

/** Signed when it is sent, bound to the prompt as the real one is. */
export function thinking(content = 'Let me look at it.'): ScriptBlock {
  return { type: 'thinking', thinking: content };
}

export function redactedThinking(data = 'cmVkYWN0ZWQ='): ScriptBlock {
  return { type: 'redacted_thinking', data };
}

export function toolUse(
  name: string,
  input: unknown,
  options: { readonly id?: string; readonly rawJson?: string } = {},
): ScriptBlock {
  return { type: 'tool_use', name, input, id: options.id, rawJson: options.rawJson };
}

export function rawBlock(
  start: Readonly<Record<string, unknown>>,
  deltas: readonly Readonly<Record<string, unknown>>[] = [],
): ScriptBlock {
  return { type: 'raw', start, deltas };
}

export function answer(
  blocks: ScriptBlock | readonly ScriptBlock[],
  options: AnswerOptions = {},
): Answer {
  return { kind: 'answer', blocks: 'type' in blocks ? [blocks] : blocks, options };
}

export function failure(
  status: number,
  type: string,
  options: {
    readonly message?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly errorCode?: string;
  } = {},
): Failure {
  return {
    kind: 'failure',
    status,
    type,
    message: options.message ?? `Scripted ${type}.`,
    headers: options.headers ?? {},
    errorCode: options.errorCode,
  };
}

/** 429. `retryAfter` is written as it is: seconds or an HTTP date. */
export function rateLimited(retryAfter?: string): Failure {
  return failure(
    429,
    'rate_limit_error',
    retryAfter ? { headers: { 'retry-after': retryAfter } } : {},
  );
}

export function overloaded(): Failure {
  return failure(529, 'overloaded_error', { message: 'Overloaded' });
}

export function serverError(): Failure {
  return failure(500, 'api_error', { message: 'Internal server error' });
}

export function noResponse(how: NoResponse['how']): NoResponse {
  return { kind: 'noResponse', how };
}

export function raw(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): RawResponse {
  return { kind: 'raw', status, body, headers };
}

export function toScript(script: ScriptLike): Script {
  return 'kind' in script ? script : answer(script);
}

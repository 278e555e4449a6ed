import type { DecisionTrail } from './decisionTrail.ts';
import type { AssistantBlock, Message, Usage } from './message.ts';

/** Which door a request came through. */
export type Surface = 'chat' | 'completion' | 'codeAction' | 'summary' | 'commitMessage' | 'bulk';

export type Priority = 'interactive' | 'background' | 'bulk';

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** A tool as the model is told of it. */
export interface ToolDefinition {
  /** `[a-zA-Z0-9_-]`, at most 64 characters, unique in a request. */
  readonly name: string;
  readonly description: string;
  /** JSON Schema 2020-12 with top-level `type: "object"`. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/**
 * What is known of a task when its model may be chosen for it. Absent fields are not known; the size
 * of the request and its tools are read from the request itself.
 */
export interface RoutingHints {
  /** What the user asked for in this turn, in their own words. */
  readonly userText?: string;
  /** Files attached to or touched in this turn. */
  readonly filesInPlay?: number;
  /** How often the user has sent this turn anew or corrected the one before. */
  readonly corrections?: number;
  /** The model that answered last in the thread, for when it was loaded anew. */
  readonly threadModel?: string;
  /** Since that answer, milliseconds. */
  readonly threadIdleMs?: number;
}

/** How an answer may be kept and given again to an equal request. */
export interface AnswerCaching {
  /** What is done, for example `explain`: part of the key. */
  readonly operation: string;
  /** Raised whenever the prompt or the reading of the answer changes: part of the key. */
  readonly version: number;
  /** Absolute paths that the answer is about: when one of them changes it is forgotten. */
  readonly files?: readonly string[];
  /** Asks anew, and keeps the new answer in place of the one that may be kept. */
  readonly mustRefresh?: boolean;
}

/** Another file's text that goes along with a place to fill. */
export interface FillExtra {
  /** As it is shown, for example `src/main.ts`. */
  readonly path: string;
  readonly text: string;
}

/**
 * The same question as the messages, for servers that fill in the middle themselves: the text on both
 * sides of the place. What is answered there is the text to insert.
 */
export interface FillInTheMiddle {
  readonly prefix: string;
  readonly suffix: string;
  /** The least important first. */
  readonly extra: readonly FillExtra[];
  /** May be white space, unlike the request's own. */
  readonly stopSequences: readonly string[];
  /** 0 asks for the likeliest text; a higher number for another one. */
  readonly alternative: number;
  /** Put before the answer, so that it reads like one to the messages. */
  readonly opening: string;
}

/** One logical call to a model, its retries included. */
export interface ModelRequest {
  readonly id: string;
  readonly surface: Surface;
  readonly priority: Priority;
  readonly threadId?: string;
  /** The turn of the agent's loop that it belongs to: within one, the model stays the same. */
  readonly turnId?: string;
  /**
   * A model id of the catalogue, or one that a local server names. With `routing`, the one to take
   * where nothing speaks for another.
   */
  readonly model: string;
  /** Present where Slipstream may choose the model; absent where the user has pinned it. */
  readonly routing?: RoutingHints;
  /** Set by the budget: choose the cheapest model that can do it. */
  readonly mustSave?: boolean;
  /** Present where an answer may be kept. Whether it is also depends on the surface. */
  readonly caching?: AnswerCaching;
  /** Empty for none. Byte-stable from turn to turn. */
  readonly system: string;
  /** Sorted by name, so that the prompt's prefix stays stable. */
  readonly tools: readonly ToolDefinition[];
  readonly messages: readonly Message[];
  readonly maxOutputTokens: number;
  /** Undefined leaves the model's own default. */
  readonly effort?: Effort;
  /** `least` asks for as little thinking as the model allows, for what must be quick and cheap. */
  readonly thinking?: 'default' | 'least';
  readonly stopSequences?: readonly string[];
  /** Sent in place of system, tools and messages where a local server has an endpoint for it. */
  readonly fill?: FillInTheMiddle;
  /** JSON Schema that the answer's text must follow; every object in it closed. */
  readonly outputSchema?: Readonly<Record<string, unknown>>;
  /** How long the provider shall keep the prompt's prefix. Undefined means five minutes. */
  readonly promptCacheLifetime?: '5m' | '1h';
  /** The provider's id of the answer before, so that it can tell why its prompt cache missed. */
  readonly previousMessageId?: string;
  /** Base URLs of endpoints that have failed this request. Set where it is tried again. */
  readonly avoidEndpoints?: readonly string[];
  /** Where the stages write down what they decide. The trace stage adds one where it is missing. */
  readonly trail?: DecisionTrail;
}

/** `unknown` stands for a value newer than this code; `value` of the outcome keeps its text. */
export type StopReason =
  | 'end_turn'
  | 'tool_use'
  | 'max_tokens'
  | 'stop_sequence'
  | 'pause_turn'
  | 'refusal'
  | 'model_context_window_exceeded'
  | 'unknown';

export type ModelFailureKind =
  /** No or wrong key (401, 403). */
  | 'authentication'
  /** Out of credit or over a spend limit (402). */
  | 'billing'
  /** The request itself is wrong (400, 404, 413, 422). */
  | 'invalidRequest'
  /** 429. */
  | 'rateLimited'
  /** 529. */
  | 'overloaded'
  /** Any other 5xx. */
  | 'server'
  /** The connection could not be made or broke. */
  | 'connection'
  /** Nothing arrived for the idle limit. */
  | 'stalled'
  /** The answer broke the protocol. */
  | 'protocol'
  /** The user's own limit on spending. */
  | 'overBudget'
  /** A mistake of ours. */
  | 'internal';

/** Why a request failed, as a value: what to tell the user and whether another attempt can help. */
export interface ModelFailure {
  readonly kind: ModelFailureKind;
  /** For the user: what happened and what to do. Holds no content of the request. */
  readonly message: string;
  readonly status?: number;
  /** The provider's id of the request, for its support. */
  readonly requestId?: string;
  /** What the provider asked to wait, milliseconds. */
  readonly retryAfterMs?: number;
  /** Base URL of the endpoint that failed; absent where none was asked. */
  readonly endpoint?: string;
  /** Whether the same request may succeed later. */
  readonly canRetry: boolean;
  /** The prompt is longer than the model or the server takes: a shorter one may succeed. */
  readonly isPromptTooLong?: boolean;
}

/** How a stream ended. Exactly one per request. */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly stopReason: StopReason;
      /** The stop reason as the provider wrote it. */
      readonly value: string;
      /** The provider's category of a refusal, where there is one. */
      readonly refusalCategory?: string;
    }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly failure: ModelFailure };

/** The kind of block that a stream has begun. */
export type BlockStart =
  | { readonly type: 'text' }
  | { readonly type: 'thinking' }
  | { readonly type: 'redacted_thinking' }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string }
  | { readonly type: 'opaque' };

/**
 * What a stage yields. Order: `started`, then for each block `blockStarted`, deltas, `blockEnded`;
 * `usage` whenever it is known better (a snapshot, not an increment); last `ended`, always and once.
 * `routed`, `retrying` and `thinkingDropped` come only before `started`; after the latter two the
 * next attempt begins from nothing.
 */
export type ModelEvent =
  /** The model was chosen for this request. `reason` is a sentence for the user. */
  | { readonly type: 'routed'; readonly model: string; readonly reason: string }
  | {
      readonly type: 'retrying';
      /** The number of the try that follows, from 2. */
      readonly attempt: number;
      /** Until that try begins. */
      readonly delayMs: number;
      readonly failure: ModelFailure;
    }
  /** The provider rejected the thinking in the history; the request is sent again without it. */
  | { readonly type: 'thinkingDropped' }
  | {
      readonly type: 'started';
      readonly messageId: string;
      readonly model: string;
      /** Host and port that answered; absent for an answer from a cache or of another request. */
      readonly endpoint?: string;
      /** The answer was kept from an earlier request: nothing was asked. */
      readonly isKept?: true;
    }
  /** Why the provider's prompt cache did not hold, where it says so. */
  | { readonly type: 'promptCacheMiss'; readonly cause: string; readonly missedTokens?: number }
  | { readonly type: 'blockStarted'; readonly index: number; readonly block: BlockStart }
  | { readonly type: 'textDelta'; readonly index: number; readonly text: string }
  | { readonly type: 'thinkingDelta'; readonly index: number; readonly text: string }
  | { readonly type: 'inputDelta'; readonly index: number; readonly json: string }
  | {
      readonly type: 'blockEnded';
      readonly index: number;
      readonly block: AssistantBlock;
      /** Set where a tool use's input is not valid JSON: the reason. Its `input` is then `{}`. */
      readonly inputError?: string;
    }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'ended'; readonly outcome: Outcome };

/** The rest of the pipeline, as a stage sees it. */
export type Next = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>;

/** One step of the pipeline. To add behaviour to every call, add a stage. */
export type Stage = (
  request: ModelRequest,
  next: Next,
  signal: AbortSignal,
) => AsyncIterable<ModelEvent>;

/** The one path to a model, as the product's parts see it. */
export interface ModelGateway {
  /** Never throws and never rejects: failure and cancellation are the last event. */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

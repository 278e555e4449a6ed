/**
 * Messages and content blocks in the shape of the Messages API, so that what is stored, what is sent
 * and what was received is one thing and thinking blocks go back byte for byte.
 */

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

export type ImageMediaType = 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';

export interface ImageBlock {
  readonly type: 'image';
  readonly source: {
    readonly type: 'base64';
    readonly media_type: ImageMediaType;
    /** Base64, without a data-URL prefix. */
    readonly data: string;
  };
}

export interface ThinkingBlock {
  readonly type: 'thinking';
  readonly thinking: string;
  readonly signature: string;
}

export interface RedactedThinkingBlock {
  readonly type: 'redacted_thinking';
  readonly data: string;
}

export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  /** The parsed input: an object for a well-formed call. */
  readonly input: unknown;
}

export interface ToolResultBlock {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content: string | readonly (TextBlock | ImageBlock)[];
  readonly is_error?: boolean;
}

/**
 * A block of a type that is newer than this code. It is kept and sent back as it came, because
 * thinking is only accepted again when nothing before it has changed. Nothing of it is shown.
 */
export interface OpaqueBlock {
  readonly type: 'opaque';
  readonly value: Readonly<Record<string, unknown>>;
}

export type AssistantBlock =
  | TextBlock
  | ThinkingBlock
  | RedactedThinkingBlock
  | ToolUseBlock
  | OpaqueBlock;
export type UserBlock = TextBlock | ImageBlock | ToolResultBlock;

export interface UserMessage {
  readonly role: 'user';
  readonly content: readonly UserBlock[];
}

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content: readonly AssistantBlock[];
}

export type Message = UserMessage | AssistantMessage;

/** Tokens as the provider counted them. All of a request's prompt = input + cacheRead + cacheWrite. */
export interface Usage {
  /** Prompt tokens neither read from nor written to the provider's prompt cache. */
  readonly inputTokens: number;
  /** Everything the model wrote, thinking included. */
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** The part of `cacheWriteTokens` kept for an hour, which costs more; absent where there is none. */
  readonly hourCacheWriteTokens?: number;
  /** The part of `outputTokens` spent on thinking, where the provider says. */
  readonly thinkingTokens: number;
}

export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  thinkingTokens: 0,
};

/** The sum, field by field. */
export function addUsage(left: Usage, right: Usage): Usage {
  const hourTokens = (left.hourCacheWriteTokens ?? 0) + (right.hourCacheWriteTokens ?? 0);
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens,
    cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
    thinkingTokens: left.thinkingTokens + right.thinkingTokens,
    ...(hourTokens > 0 ? { hourCacheWriteTokens: hourTokens } : {}),
  };
}

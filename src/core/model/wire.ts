/** Builds the body of a request to the Messages API. Pure: equal requests give equal bytes. */
import type { CatalogueModel } from './catalogue.ts';
import type {
  AssistantBlock,
  ImageBlock,
  Message,
  RedactedThinkingBlock,
  TextBlock,
  ThinkingBlock,
  ToolResultBlock,
  ToolUseBlock,
  UserBlock,
} from './message.ts';
import {
  type CacheControl,
  cacheMarker,
  withContextMarked,
  withEndMarked,
  withReachableHistory,
} from './promptCaching.ts';
import type { Effort, ModelRequest, ToolDefinition } from './request.ts';

export interface WireTool {
  readonly name: string;
  readonly description: string;
  readonly input_schema: { readonly type: 'object'; readonly [key: string]: unknown };
}

/** A block as it is sent. A block of an unknown type goes back as it came. */
export type WireBlock =
  | TextBlock
  | ImageBlock
  | ThinkingBlock
  | RedactedThinkingBlock
  | ToolUseBlock
  | ToolResultBlock
  | Readonly<Record<string, unknown>>;

export interface WireMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly WireBlock[];
}

export interface WireRequest {
  readonly model: string;
  readonly max_tokens: number;
  /** Absent where the prompt is only put into the provider's cache. */
  readonly stream?: true;
  readonly cache_control?: CacheControl;
  readonly thinking?: WireThinking;
  readonly output_config?: WireOutputConfig;
  readonly diagnostics?: { readonly previous_message_id: string | null };
  readonly inference_geo?: string;
  readonly speed?: 'fast';
  readonly stop_sequences?: readonly string[];
  readonly tools?: readonly WireTool[];
  readonly system?:
    | string
    | readonly { readonly type: 'text'; text: string; cache_control: CacheControl }[];
  readonly messages: readonly WireMessage[];
}

type WireThinking =
  | { readonly type: 'adaptive'; readonly display?: 'summarized' }
  | { readonly type: 'between_tools' | 'disabled' };

interface WireOutputConfig {
  readonly effort?: Effort;
  readonly format?: {
    readonly type: 'json_schema';
    readonly schema: Readonly<Record<string, unknown>>;
  };
}

/** What the user decides about all requests to the Messages API. */
export interface ProviderChoices {
  /** Where the provider computes; empty for its own choice. */
  readonly inferenceGeo: string;
  /** `fast` counts only for models that have it. */
  readonly speed: 'standard' | 'fast';
}

const noChoices: ProviderChoices = { inferenceGeo: '', speed: 'standard' };

/** For the Messages API itself. `model` is undefined for one that the catalogue does not know. */
export function toAnthropicRequest(
  request: ModelRequest,
  model: CatalogueModel | undefined,
  { inferenceGeo, speed }: ProviderChoices = noChoices,
): WireRequest {
  const marker = cacheMarker(request);
  const messages = toMessages(request.messages, keepSigned);
  return {
    ...toCoreRequest(request, model?.maxOutputTokens ?? Number.POSITIVE_INFINITY),
    ...(isBlank(request.system)
      ? {}
      : { system: [{ type: 'text', text: request.system, cache_control: marker }] }),
    ...outputConfig(request, model),
    ...(inferenceGeo === '' ? {} : { inference_geo: inferenceGeo }),
    ...(speed === 'fast' && model?.hasFastMode ? { speed } : {}),
    ...(isWarming(request)
      ? { messages: withEndMarked(withReachableHistory(messages, marker), marker) }
      : { ...thinking(request, model), ...chatCaching(request, messages) }),
  };
}

/**
 * In a chat the next request begins with this one: the automatic marker moves along, and the provider
 * is asked why it found less in its cache than it could have.
 */
function chatCaching(
  request: ModelRequest,
  messages: readonly WireMessage[],
): Pick<WireRequest, 'cache_control' | 'diagnostics' | 'messages'> {
  const marker = cacheMarker(request);
  if (request.surface !== 'chat') {
    return {
      messages: request.surface === 'completion' ? withContextMarked(messages, marker) : messages,
    };
  }
  return {
    cache_control: marker,
    diagnostics: { previous_message_id: request.previousMessageId ?? null },
    messages: withReachableHistory(messages, marker),
  };
}

/** What is sent to have the tokens of a request's prompt counted. */
export function toCountRequest(
  wire: WireRequest,
): Pick<WireRequest, 'model' | 'messages' | 'system' | 'tools' | 'thinking'> {
  const { model, messages, system, tools, thinking: mode } = wire;
  return {
    model,
    messages,
    ...(system === undefined ? {} : { system }),
    ...(tools === undefined ? {} : { tools }),
    ...(mode === undefined ? {} : { thinking: mode }),
  };
}

/** Such a request may neither stream nor say anything about thinking or the answer's form. */
function isWarming(request: ModelRequest): boolean {
  return request.maxOutputTokens === 0;
}

function thinking(
  request: ModelRequest,
  model: CatalogueModel | undefined,
): Pick<WireRequest, 'thinking'> {
  const modes = model?.thinking ?? [];
  if (request.thinking === 'least') {
    const least = (['disabled', 'between_tools', 'adaptive'] as const).find((mode) =>
      modes.includes(mode),
    );
    return least ? { thinking: { type: least } } : {};
  }
  // Current models write what they say between tool calls into thinking, hidden unless asked for.
  return modes.includes('adaptive')
    ? { thinking: { type: 'adaptive', display: 'summarized' } }
    : {};
}

function outputConfig(
  request: ModelRequest,
  model: CatalogueModel | undefined,
): Pick<WireRequest, 'output_config'> {
  // The lowest level, too, thinks least; thinking cannot be turned off at the highest ones.
  const wanted = request.thinking === 'least' ? 'low' : request.effort;
  const effort = wanted !== undefined && model?.effortLevels.includes(wanted) ? wanted : undefined;
  const schema = model && !isWarming(request) ? request.outputSchema : undefined;
  return effort || schema
    ? {
        output_config: {
          ...(effort ? { effort } : {}),
          ...(schema ? { format: { type: 'json_schema', schema } } : {}),
        },
      }
    : {};
}

/** For servers that speak the core of the API: no extras, and no thinking of other models. */
export function toCompatibleRequest(request: ModelRequest): WireRequest {
  return {
    ...toCoreRequest(request, Number.POSITIVE_INFINITY),
    ...(isBlank(request.system) ? {} : { system: request.system }),
    messages: toMessages(request.messages, dropThinking),
  };
}

function toCoreRequest(
  request: ModelRequest,
  maxOutputTokens: number,
): Omit<WireRequest, 'messages'> {
  const stops = (request.stopSequences ?? []).filter((stop) => !isBlank(stop));
  return {
    model: request.model,
    max_tokens: Math.min(request.maxOutputTokens, maxOutputTokens),
    ...(isWarming(request) ? {} : { stream: true }),
    ...(stops.length > 0 ? { stop_sequences: stops } : {}),
    ...(request.tools.length > 0 ? { tools: toTools(request.tools) } : {}),
  };
}

/** Sorted, so that the prompt's prefix does not depend on the order of registration. */
function toTools(tools: readonly ToolDefinition[]): WireTool[] {
  return [...tools]
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, description, inputSchema }) => ({
      name,
      description,
      input_schema: { ...inputSchema, type: 'object' },
    }));
}

type AssistantFilter = (block: AssistantBlock) => boolean;

/** Thinking without a signature came from another provider or was cut off: the API rejects it. */
const keepSigned: AssistantFilter = (block) => block.type !== 'thinking' || block.signature !== '';

const dropThinking: AssistantFilter = (block) => block.type === 'text' || block.type === 'tool_use';

/** Empty text is rejected, and with it a message that would be left without content. */
function toMessages(messages: readonly Message[], keeps: AssistantFilter): WireMessage[] {
  const wire: WireMessage[] = [];
  for (const message of messages) {
    const content =
      message.role === 'user'
        ? message.content.filter(hasContent).map(toUserBlock)
        : message.content
            .filter((block) => hasContent(block) && keeps(block))
            .map(toAssistantBlock);
    if (content.length > 0) {
      wire.push({ role: message.role, content });
    }
  }
  return wire;
}

function hasContent(block: UserBlock | AssistantBlock): boolean {
  return block.type !== 'text' || !isBlank(block.text);
}

/** Field by field, so that what else a stored block carries is not sent. */
function toUserBlock(block: UserBlock): WireBlock {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'image':
      return toImage(block);
    case 'tool_result':
      return toToolResult(block);
  }
}

function toAssistantBlock(block: AssistantBlock): WireBlock {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'thinking':
      return { type: 'thinking', thinking: block.thinking, signature: block.signature };
    case 'redacted_thinking':
      return { type: 'redacted_thinking', data: block.data };
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: block.input };
    case 'opaque':
      return block.value;
  }
}

function toImage(block: ImageBlock): WireBlock {
  const { type, media_type, data } = block.source;
  return { type: 'image', source: { type, media_type, data } };
}

function toToolResult(block: ToolResultBlock): WireBlock {
  const content =
    typeof block.content === 'string'
      ? block.content
      : block.content.filter(hasContent).map(toUserBlock);
  return {
    type: 'tool_result',
    tool_use_id: block.tool_use_id,
    ...(content.length > 0 ? { content } : {}),
    ...(block.is_error ? { is_error: true } : {}),
  };
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

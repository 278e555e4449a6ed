/** What the Messages API rejects in a request as a whole: headers, parameters and tools. */
import type { IncomingHttpHeaders } from 'node:http';
import { estimatePromptTokens } from './messagesServerCache.ts';
import { messageProblems } from './messagesServerMessageRules.ts';
import { type KnownModel, knownModels } from './messagesServerModels.ts';
import type { ThinkingSigner } from './messagesServerThinking.ts';

type Json = Record<string, unknown>;

export interface ApiError {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly errorCode?: string | undefined;
}

const currentVersion = '2026-10-21';
const olderVersion = '2023-06-01';

const topLevelFields = new Set([
  'max_tokens',
  'messages',
  'model',
  'cache_control',
  'container',
  'diagnostics',
  'inference_geo',
  'metadata',
  'output_config',
  'service_tier',
  'speed',
  'stop_sequences',
  'stream',
  'system',
  'thinking',
  'tool_choice',
  'tools',
]);
const samplingFields = new Set(['temperature', 'top_p', 'top_k']);
const effortLevels = ['low', 'medium', 'high', 'xhigh', 'max'];
const countFields = [
  'messages',
  'model',
  'system',
  'thinking',
  'tool_choice',
  'tools',
  'output_config',
];

/** The error that the real API answers a request to `/v1/messages` with, if any. */
export function checkMessages(
  body: Json | undefined,
  headers: IncomingHttpHeaders,
  signer: ThinkingSigner,
): ApiError | undefined {
  const early = checkEnvelope(body, headers, topLevelFields);
  if (early || !body) {
    return early;
  }
  const model = findModel(body);
  if (!model) {
    return { status: 404, type: 'not_found_error', message: `model: ${body['model']}` };
  }
  for (const problem of requestProblems(body, model)) {
    return invalid(problem);
  }
  const mismatch = model.checksPrefix ? signer.findMismatch(body) : undefined;
  if (mismatch) {
    return invalid(
      `${mismatch}: \`thinking\` blocks cannot be modified, and what precedes them must be unchanged`,
    );
  }
  return undefined;
}

/** The same for `/v1/messages/count_tokens`. */
export function checkCountTokens(
  body: Json | undefined,
  headers: IncomingHttpHeaders,
): ApiError | undefined {
  const early = checkEnvelope(body, headers, new Set(countFields));
  if (early || !body) {
    return early;
  }
  const model = findModel(body);
  if (!model) {
    return { status: 404, type: 'not_found_error', message: `model: ${body['model']}` };
  }
  const whole = { max_tokens: 1, ...body };
  for (const problem of requestProblems(whole, model)) {
    return invalid(problem);
  }
  return undefined;
}

function invalid(message: string): ApiError {
  return { status: 400, type: 'invalid_request_error', message };
}

function findModel(body: Json): KnownModel | undefined {
  return knownModels.find((model) => model.id === body['model']);
}

function checkEnvelope(
  body: Json | undefined,
  headers: IncomingHttpHeaders,
  fields: ReadonlySet<string>,
): ApiError | undefined {
  const version = headers['anthropic-version'];
  if (version !== currentVersion && version !== olderVersion) {
    return invalid('anthropic-version: header is required');
  }
  if (!headers['content-type']?.startsWith('application/json') || !body) {
    return invalid('The request body is not valid JSON');
  }
  for (const field of Object.keys(body)) {
    const isOldSampling = version === olderVersion && samplingFields.has(field);
    if (!fields.has(field) && !isOldSampling) {
      return invalid(`${field}: Extra inputs are not permitted`);
    }
  }
  return undefined;
}

function* requestProblems(body: Json, model: KnownModel): Generator<string> {
  yield* outputProblems(body, model);
  yield* thinkingProblems(body, model);
  yield* toolProblems(body, model);
  yield* messageProblems(body, model);
  const tokens = estimatePromptTokens(body);
  if (tokens > model.contextTokens) {
    yield `prompt is too long: ${tokens} tokens > ${model.contextTokens} maximum`;
  }
}

function* outputProblems(body: Json, model: KnownModel): Generator<string> {
  const maxTokens = body['max_tokens'];
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens)) {
    yield 'max_tokens: Field required';
    return;
  }
  if (maxTokens > model.maxOutputTokens) {
    yield `max_tokens: ${maxTokens} > ${model.maxOutputTokens}, which is the maximum allowed number of output tokens for ${model.id}`;
  }
  if (maxTokens < 0) {
    yield 'max_tokens: Input should be greater than or equal to 0';
  }
  if (maxTokens === 0) {
    yield* warmingProblems(body);
  }
  for (const stop of array(body['stop_sequences'])) {
    if (typeof stop !== 'string' || stop.trim() === '') {
      yield 'stop_sequences: each stop sequence must contain non-whitespace';
    }
  }
  if (body['speed'] === 'fast' && !['claude-fable-5-2', 'claude-opus-5-5'].includes(model.id)) {
    yield `speed: fast mode is not supported on ${model.id}`;
  }
  yield* effortProblems(body, model);
}

/** A request without output only puts its prompt into the cache. */
function* warmingProblems(body: Json): Generator<string> {
  const thinking = object(body['thinking'])?.['type'];
  const choice = object(body['tool_choice'])?.['type'];
  const rejected = {
    stream: body['stream'] === true,
    // The documentation says extended thinking; which types it means it does not say.
    thinking: thinking !== undefined && thinking !== 'disabled',
    'output_config.format': Boolean(object(body['output_config'])?.['format']),
    tool_choice: choice === 'any' || choice === 'tool',
  };
  for (const [field, isSet] of Object.entries(rejected)) {
    if (isSet) {
      yield `max_tokens: 0 cannot be combined with ${field}`;
    }
  }
}

function* formatProblems(format: Json): Generator<string> {
  if (format['type'] !== 'json_schema' || !object(format['schema'])) {
    yield 'output_config.format: Input should be a json_schema with its schema';
    return;
  }
  yield* openObjects(format['schema'], 'output_config.format.schema');
}

/** Every object of an output schema must be closed. */
function* openObjects(schema: unknown, at: string): Generator<string> {
  const node = object(schema);
  if (node?.['type'] === 'object' && node['additionalProperties'] !== false) {
    yield `${at}: For 'object' type, 'additionalProperties' must be explicitly set to false`;
  }
  for (const [key, value] of Object.entries(node ?? {})) {
    yield* openObjects(value, `${at}.${key}`);
  }
}

function* effortProblems(body: Json, model: KnownModel): Generator<string> {
  const config = object(body['output_config']);
  for (const key of Object.keys(config ?? {})) {
    if (key !== 'effort' && key !== 'format') {
      yield `output_config.${key}: Extra inputs are not permitted`;
    }
  }
  const format = object(config?.['format']);
  if (format) {
    yield* formatProblems(format);
  }
  const effort = config?.['effort'];
  if (effort === undefined || effort === null) {
    return;
  }
  if (!model.acceptsEffort) {
    yield 'This model does not support the effort parameter.';
  }
  if (!effortLevels.includes(String(effort))) {
    yield `output_config.effort: Input should be ${effortLevels.join(', ')}`;
  }
}

function* thinkingProblems(body: Json, model: KnownModel): Generator<string> {
  const thinking = object(body['thinking']);
  if (!thinking) {
    return;
  }
  const type = thinking['type'];
  const effort = object(body['output_config'])?.['effort'];
  if (!model.thinking.some((accepted) => accepted === type)) {
    yield `thinking.type: ${type} is not supported on ${model.id}`;
  }
  if (
    (type === 'disabled' || type === 'between_tools') &&
    (effort === 'xhigh' || effort === 'max')
  ) {
    yield `thinking.type: ${type} is not supported at effort ${effort}`;
  }
  if (type === 'enabled') {
    const budget = Number(thinking['budget_tokens']);
    if (!(budget >= 1024) || budget >= Number(body['max_tokens'])) {
      yield 'thinking.enabled.budget_tokens: must be at least 1024 and less than max_tokens';
    }
  }
  const allowed: Record<string, string[]> = {
    adaptive: ['type', 'display'],
    enabled: ['type', 'budget_tokens', 'display'],
  };
  for (const key of Object.keys(thinking)) {
    if (!(allowed[String(type)] ?? ['type']).includes(key)) {
      yield `thinking.${type}.${key}: Extra inputs are not permitted`;
    }
  }
  if (![undefined, null, 'summarized', 'omitted'].includes(thinking['display'] as string)) {
    yield 'thinking.display: Input should be summarized or omitted';
  }
}

function* toolProblems(body: Json, model: KnownModel): Generator<string> {
  const names = new Set<unknown>();
  for (const [index, tool] of array(body['tools']).entries()) {
    yield* oneToolProblems(object(tool) ?? {}, `tools.${index}`);
    const name = object(tool)?.['name'];
    if (names.has(name)) {
      yield `tools: Tool names must be unique. Found duplicate: ${name}`;
    }
    names.add(name);
  }
  const choice = object(body['tool_choice'])?.['type'];
  if (choice === 'any' || choice === 'tool') {
    const thinkingType = object(body['thinking'])?.['type'];
    const isThinking = thinkingType ? thinkingType !== 'disabled' : model.thinksByDefault;
    if (!model.acceptsForcedTools || isThinking) {
      yield `tool_choice.type: ${choice} is not supported here: thinking may be on`;
    }
    if (names.size === 0) {
      yield 'tool_choice: may only be specified while providing tools';
    }
  }
}

function* oneToolProblems(tool: Json, at: string): Generator<string> {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(tool['name'] ?? ''))) {
    yield `${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`;
  }
  const schema = object(tool['input_schema']);
  if (schema?.['type'] !== 'object') {
    yield `${at}.custom.input_schema.type: Input should be 'object'`;
  }
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    if (schema && key in schema) {
      yield `${at}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`;
    }
  }
  const known = [
    'name',
    'description',
    'input_schema',
    'type',
    'cache_control',
    'strict',
    'eager_input_streaming',
  ];
  for (const key of Object.keys(tool)) {
    if (!known.includes(key)) {
      yield `${at}.custom.${key}: Extra inputs are not permitted`;
    }
  }
  if (tool['strict'] === true && schema?.['additionalProperties'] !== false) {
    yield `${at}.custom: strict tools need additionalProperties: false`;
  }
}

function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : undefined;
}

/** What the Messages API rejects in the system prompt and the messages. */
import type { KnownModel } from './messagesServerModels.ts';
import { blocksOf } from './messagesServerThinking.ts';

type Json = Record<string, unknown>;

const maxCacheMarkers = 4;
const maxImageBytes = 5 * 1024 * 1024;
const imageStarts: Record<string, string> = {
  'image/png': '89504e47',
  'image/jpeg': 'ffd8ff',
  'image/gif': '47494638',
  'image/webp': '52494646',
};

const fieldsOfBlocks: Record<string, readonly string[]> = {
  text: ['text', 'citations'],
  image: ['source', 'transformations'],
  tool_use: ['id', 'name', 'input', 'caller', 'toolset_name'],
  tool_result: ['tool_use_id', 'content', 'is_error'],
  thinking: ['thinking', 'signature'],
  redacted_thinking: ['data'],
  server_tool_use: ['id', 'name', 'input', 'caller'],
  web_search_tool_result: ['tool_use_id', 'content', 'caller'],
};

const typesOfRoles: Record<string, readonly string[]> = {
  user: ['text', 'image', 'tool_result'],
  assistant: [
    'text',
    'thinking',
    'redacted_thinking',
    'tool_use',
    'server_tool_use',
    'web_search_tool_result',
  ],
  system: ['text'],
};

/** Every reason to reject, the first one first. */
export function* messageProblems(body: Json, model: KnownModel): Generator<string> {
  const messages = body['messages'];
  if (!Array.isArray(messages) || messages.length === 0) {
    yield 'messages: at least one message is required';
    return;
  }
  yield* roleProblems(messages as Json[]);
  for (const [turn, message] of (messages as Json[]).entries()) {
    yield* contentProblems(message, `messages.${turn}`);
  }
  yield* systemProblems(body);
  yield* toolResultProblems(messages as Json[]);
  yield* cacheProblems(body, messages as Json[]);
  yield* imageCountProblems(messages as Json[], model);
}

function* roleProblems(messages: readonly Json[]): Generator<string> {
  for (const [turn, message] of messages.entries()) {
    const role = message['role'];
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      yield `messages.${turn}.role: Input should be 'user', 'assistant' or 'system'`;
    }
    const previous = messages[turn - 1]?.['role'];
    const next = messages[turn + 1]?.['role'];
    if (role === 'system' && (previous !== 'user' || next === 'user')) {
      yield `messages.${turn}: a system message must follow a user message and precede an assistant message or be last`;
    }
  }
  if (messages[0]?.['role'] !== 'user') {
    yield 'messages: first message must use the "user" role';
  }
  if (messages.at(-1)?.['role'] === 'assistant') {
    yield 'This model does not support assistant message prefill. The conversation must end with a user message.';
  }
}

function* contentProblems(message: Json, at: string): Generator<string> {
  const content = message['content'];
  for (const key of Object.keys(message)) {
    if (key !== 'role' && key !== 'content') {
      yield `${at}.${key}: Extra inputs are not permitted`;
    }
  }
  if (typeof content !== 'string' && !Array.isArray(content)) {
    yield `${at}.content: Input should be a valid list`;
  }
  if (blocksOf(message).length === 0) {
    yield `${at}: all messages must have non-empty content`;
  }
  for (const [index, block] of blocksOf(message).entries()) {
    const where = `${at}.content.${index}`;
    const type = String(block['type']);
    if (!typesOfRoles[String(message['role'])]?.includes(type)) {
      yield `${where}: Input tag '${type}' found using 'type' does not match any of the expected tags`;
      continue;
    }
    yield* blockProblems(block, where);
  }
}

function* blockProblems(block: Json, at: string): Generator<string> {
  const type = String(block['type']);
  const allowed = fieldsOfBlocks[type] ?? [];
  for (const key of Object.keys(block)) {
    if (key !== 'type' && key !== 'cache_control' && !allowed.includes(key)) {
      yield `${at}.${type}.${key}: Extra inputs are not permitted`;
    }
  }
  switch (type) {
    case 'text':
      yield* textProblems(block, at);
      break;
    case 'image':
      yield* imageProblems(block, at);
      break;
    case 'tool_use':
      yield* toolUseProblems(block, at);
      break;
    case 'tool_result':
      yield* resultContentProblems(block, at);
      break;
    case 'thinking':
      if (typeof block['thinking'] !== 'string' || !block['signature']) {
        yield `${at}.thinking.signature: Field required`;
      }
      break;
  }
}

function* textProblems(block: Json, at: string): Generator<string> {
  if (typeof block['text'] !== 'string') {
    yield `${at}.text.text: Field required`;
  } else if (block['text'] === '') {
    yield `${at}: text content blocks must be non-empty`;
  } else if (block['text'].trim() === '') {
    yield `${at}: text content blocks must contain non-whitespace text`;
  }
  if (Array.isArray(block['citations']) && block['citations'].length > 0) {
    yield `${at}.text.citations: Extra inputs are not permitted`;
  }
}

function* toolUseProblems(block: Json, at: string): Generator<string> {
  if (!/^[a-zA-Z0-9_-]+$/.test(String(block['id'] ?? ''))) {
    yield `${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`;
  }
  const input = block['input'];
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    yield `${at}.tool_use.input: Input should be a valid dictionary`;
  }
}

function* resultContentProblems(block: Json, at: string): Generator<string> {
  const content = block['content'];
  if (content === undefined || typeof content === 'string') {
    return;
  }
  for (const [index, part] of blocksOf(block).entries()) {
    const where = `${at}.tool_result.content.${index}`;
    if (part['type'] !== 'text' && part['type'] !== 'image') {
      yield `${where}: Input tag '${part['type']}' does not match any of the expected tags`;
      continue;
    }
    yield* blockProblems(part, where);
  }
}

function* imageProblems(block: Json, at: string): Generator<string> {
  const source = (block['source'] ?? {}) as Json;
  if (source['type'] !== 'base64') {
    return;
  }
  const start = imageStarts[String(source['media_type'])];
  const data = String(source['data'] ?? '');
  if (!start) {
    yield `${at}.image.source.base64.media_type: Input should be ${Object.keys(imageStarts).join(', ')}`;
    return;
  }
  if (data === '' || !/^[A-Za-z0-9+/]*={0,2}$/.test(data)) {
    yield `${at}.image.source.base64.data: invalid base64 data`;
    return;
  }
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length > maxImageBytes) {
    yield `${at}.image.source.base64: image exceeds 5 MB maximum: ${bytes.length} bytes > ${maxImageBytes} bytes`;
  }
  if (!bytes.toString('hex', 0, 4).startsWith(start)) {
    yield `${at}.image.source.base64: the image does not appear to be ${source['media_type']}`;
  }
}

function* imageCountProblems(messages: readonly Json[], model: KnownModel): Generator<string> {
  const limit = model.contextTokens >= 1_000_000 ? 600 : 100;
  const inside = (block: Json): Json[] => [
    block,
    ...(Array.isArray(block['content']) ? (block['content'] as Json[]) : []),
  ];
  const blocks = messages.flatMap(blocksOf).flatMap(inside);
  const count = blocks.filter((block) => block['type'] === 'image').length;
  if (count > limit) {
    yield `Too many images: ${count} > ${limit}`;
  }
}

function* systemProblems(body: Json): Generator<string> {
  const system = body['system'];
  if (system === undefined || typeof system === 'string') {
    return;
  }
  if (!Array.isArray(system)) {
    yield 'system: Input should be a valid list';
    return;
  }
  for (const [index, block] of (system as Json[]).entries()) {
    if (block['type'] !== 'text') {
      yield `system.${index}.type: Input should be 'text'`;
    }
    yield* textProblems(block, `system.${index}`);
  }
}

/** Consecutive messages of one role count as one, as the API merges them. */
function* toolResultProblems(messages: readonly Json[]): Generator<string> {
  const turns = merged(messages);
  for (const [turn, { role, blocks }] of turns.entries()) {
    const uses = role === 'assistant' ? idsOf(blocks, 'tool_use', 'id') : [];
    const next = turns[turn + 1];
    const answered = new Set(
      next?.role === 'user' ? idsOf(next.blocks, 'tool_result', 'tool_use_id') : [],
    );
    const missing = uses.filter((id) => !answered.has(id));
    if (missing.length > 0) {
      yield `messages.${turn}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}`;
    }
    if (new Set(uses).size !== uses.length) {
      yield `messages.${turn}: \`tool_use\` ids must be unique`;
    }
    yield* resultPlaceProblems(turns, turn);
  }
}

interface Turn {
  readonly role: unknown;
  readonly blocks: Json[];
}

function* resultPlaceProblems(turns: readonly Turn[], turn: number): Generator<string> {
  const { role, blocks } = turns[turn] ?? { role: undefined, blocks: [] };
  const results = role === 'user' ? idsOf(blocks, 'tool_result', 'tool_use_id') : [];
  const previous = turns[turn - 1];
  const asked = new Set(
    previous?.role === 'assistant' ? idsOf(previous.blocks, 'tool_use', 'id') : [],
  );
  for (const id of results) {
    if (!asked.has(id)) {
      yield `messages.${turn}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
    }
  }
  if (new Set(results).size !== results.length) {
    yield `messages.${turn}: each tool_use must have a single result`;
  }
  const firstOther = blocks.findIndex((block) => block['type'] !== 'tool_result');
  const lastResult = blocks.findLastIndex((block) => block['type'] === 'tool_result');
  if (firstOther >= 0 && firstOther < lastResult) {
    yield `messages.${turn}: \`tool_result\` blocks must come first in the content`;
  }
}

function merged(messages: readonly Json[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last && last.role === message['role']) {
      last.blocks.push(...blocksOf(message));
    } else {
      turns.push({ role: message['role'], blocks: [...blocksOf(message)] });
    }
  }
  return turns;
}

function idsOf(blocks: readonly Json[], type: string, field: string): unknown[] {
  return blocks.filter((block) => block['type'] === type).map((block) => block[field]);
}

/** At most four markers, long-lived ones first, none on a block that cannot be cached. */
function* cacheProblems(body: Json, messages: readonly Json[]): Generator<string> {
  const tools = Array.isArray(body['tools']) ? (body['tools'] as Json[]) : [];
  const system = blocksOf({ content: body['system'] ?? [] });
  const blocks = [...tools, ...system, ...messages.flatMap(blocksOf)];
  const marked = blocks.filter((block) => block['cache_control']);
  const count = marked.length + (body['cache_control'] ? 1 : 0);
  if (count > maxCacheMarkers) {
    yield `A maximum of ${maxCacheMarkers} blocks with cache_control may be provided. Found ${count}.`;
  }
  let hasShort = false;
  for (const block of [...marked, body]) {
    const marker = block['cache_control'] as Json | undefined;
    if (marker) {
      yield* markerProblems(block, marker, hasShort);
      hasShort ||= marker['ttl'] !== '1h';
    }
  }
}

function* markerProblems(block: Json, marker: Json, isAfterShort: boolean): Generator<string> {
  const ttl = marker['ttl'];
  if (marker['type'] !== 'ephemeral' || ![undefined, '5m', '1h'].includes(ttl as string)) {
    yield 'cache_control: Input should be ephemeral, with a ttl of 5m or 1h';
  }
  if (ttl === '1h' && isAfterShort) {
    yield 'a ttl=1h cache_control block must not come after a ttl=5m cache_control block';
  }
  if (block['type'] === 'thinking' || block['type'] === 'redacted_thinking') {
    yield `${block['type']}.cache_control: Extra inputs are not permitted`;
  }
  if (block['type'] === 'text' && block['text'] === '') {
    yield 'cache_control cannot be set for empty text blocks';
  }
}

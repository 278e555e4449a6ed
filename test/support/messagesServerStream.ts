/** Turns an answer's blocks into the events of a stream, and those into writes on a socket. */
import type { ServerResponse } from 'node:http';
import type {
  AnswerOptions,
  Chunking,
  CutPoint,
  Fault,
  ScriptBlock,
} from './messagesServerScript.ts';

export interface WireUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation: {
    readonly ephemeral_5m_input_tokens: number;
    readonly ephemeral_1h_input_tokens: number;
  };
}

/** What the server knows about an answer beside its blocks. */
export interface AnswerFacts {
  readonly messageId: string;
  readonly model: string;
  readonly usage: WireUsage;
  /** Where the prompt departed from the one before, if that was asked. */
  readonly diagnostics: Record<string, unknown> | null;
  /** The signature of the answer's next thinking block, given the blocks before it. */
  sign(earlierBlocks: readonly Record<string, unknown>[], thinking: string): string;
}

interface StreamEvent {
  readonly name: string;
  readonly data: unknown;
  readonly isDelta: boolean;
}

const defaultDeltaCharacters = 24;

/** The answer's content as a non-streamed response would carry it. */
export function toContent(
  blocks: readonly ScriptBlock[],
  facts: AnswerFacts,
): Record<string, unknown>[] {
  const content: Record<string, unknown>[] = [];
  for (const [index, block] of blocks.entries()) {
    if (block.type === 'raw') {
      content.push({ ...block.start });
    } else if (block.type === 'thinking') {
      content.push({ ...block, signature: facts.sign(content, block.thinking) });
    } else if (block.type === 'tool_use') {
      const id = block.id ?? `toolu_${facts.messageId.slice(4)}_${index}`;
      content.push({ type: 'tool_use', id, name: block.name, input: block.input });
    } else {
      content.push({ ...block });
    }
  }
  return content;
}

export function stopReasonOf(blocks: readonly ScriptBlock[], options: AnswerOptions): string {
  const isToolUse = blocks.some((block) => block.type === 'tool_use');
  return options.stopReason ?? (isToolUse ? 'tool_use' : 'end_turn');
}

/** All events of a stream without faults. */
export function toEvents(
  blocks: readonly ScriptBlock[],
  options: AnswerOptions,
  facts: AnswerFacts,
): StreamEvent[] {
  const usage = { ...facts.usage, ...options.usage };
  const events: StreamEvent[] = [event('message_start', messageStart(options, facts, usage))];
  const content = toContent(blocks, facts);
  for (const [index, block] of blocks.entries()) {
    const whole = content[index] ?? {};
    events.push(event('content_block_start', { index, content_block: emptied(block, whole) }));
    for (const delta of deltasOf(block, whole, options.deltaCharacters ?? defaultDeltaCharacters)) {
      const isDelta = delta['type'] !== 'signature_delta';
      events.push(event('content_block_delta', { index, delta }, isDelta));
    }
    events.push(event('content_block_stop', { index }));
  }
  const delta = {
    stop_reason: stopReasonOf(blocks, options),
    stop_sequence: options.stopSequence ?? null,
    ...(options.stopDetails ? { stop_details: options.stopDetails } : {}),
  };
  events.push(event('message_delta', { delta, ...(options.omitUsage ? {} : { usage }) }));
  events.push(event('message_stop', {}));
  return decorate(events, options);
}

function messageStart(
  options: AnswerOptions,
  facts: AnswerFacts,
  usage: object,
): Record<string, unknown> {
  return {
    message: {
      id: facts.messageId,
      type: 'message',
      role: 'assistant',
      model: facts.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      diagnostics: facts.diagnostics,
      ...(options.omitUsage ? {} : { usage: { ...usage, output_tokens: 1 } }),
    },
  };
}

function event(name: string, data: object, isDelta = false): StreamEvent {
  return { name, data: { type: name, ...data }, isDelta };
}

function emptied(block: ScriptBlock, whole: Record<string, unknown>): Record<string, unknown> {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '' };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool_use':
      return { ...whole, input: {} };
    case 'redacted_thinking':
    case 'raw':
      return whole;
  }
}

function deltasOf(
  block: ScriptBlock,
  whole: Record<string, unknown>,
  size: number,
): Record<string, unknown>[] {
  switch (block.type) {
    case 'text':
      return pieces(block.text, size).map((text) => ({ type: 'text_delta', text }));
    case 'thinking':
      return [
        ...pieces(block.thinking, size).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: whole['signature'] },
      ];
    case 'tool_use': {
      const json = block.rawJson ?? JSON.stringify(block.input);
      const parts = json === '{}' ? [''] : pieces(json, size);
      return parts.map((partial_json) => ({ type: 'input_json_delta', partial_json }));
    }
    case 'redacted_thinking':
      return [];
    case 'raw':
      return block.deltas.map((delta) => ({ ...delta }));
  }
}

/** Cut by code points, so that no delta ends in half a surrogate pair. */
function pieces(content: string, size: number): string[] {
  const points = [...content];
  const parts: string[] = [];
  for (let start = 0; start < points.length; start += size) {
    parts.push(points.slice(start, start + size).join(''));
  }
  return parts;
}

function decorate(events: readonly StreamEvent[], options: AnswerOptions): StreamEvent[] {
  const decorated: StreamEvent[] = [];
  let deltas = 0;
  for (const one of events) {
    if (one.isDelta && options.pingEvery && deltas++ % options.pingEvery === 0) {
      decorated.push(event('ping', {}));
    }
    decorated.push(one);
    if (options.unknownEvents && one.name !== 'message_stop') {
      decorated.push(event('future_event', { note: 'newer than the client' }));
    }
    if (options.unknownEvents && one.name === 'content_block_start') {
      const index = (one.data as { index: number }).index;
      const delta = { type: 'future_delta', amount: 1 };
      decorated.push(event('content_block_delta', { index, delta }));
    }
  }
  return decorated;
}

/** The stream's bytes as far as the fault lets them come, in the pieces that are written. */
export function toWrites(events: readonly StreamEvent[], options: AnswerOptions): Write[] {
  const fault = options.fault;
  const writes: Write[] = [];
  const ending = options.lineEnding ?? '\n';
  let deltas = 0;
  for (const one of events) {
    if (one.isDelta && isReached(fault?.after, deltas)) {
      break;
    }
    deltas += one.isDelta ? 1 : 0;
    const comment = options.comments ? `: a comment${ending}${ending}` : '';
    const frame = `${comment}event: ${one.name}${ending}data: ${JSON.stringify(one.data)}${ending}${ending}`;
    writes.push({ bytes: Buffer.from(frame), isDelta: one.isDelta });
  }
  const limit = fault && 'bytes' in fault.after ? fault.after.bytes : Number.POSITIVE_INFINITY;
  return chunked(truncated(writes, limit), options.chunking ?? 'event');
}

/** What is written at once, and whether it counts for the pace. */
export interface Write {
  readonly bytes: Buffer;
  readonly isDelta: boolean;
}

function isReached(after: CutPoint | undefined, deltas: number): boolean {
  return after !== undefined && 'deltas' in after && deltas >= after.deltas;
}

function truncated(writes: readonly Write[], limit: number): Write[] {
  const kept: Write[] = [];
  let left = limit;
  for (const write of writes) {
    if (left <= 0) {
      break;
    }
    kept.push({ ...write, bytes: write.bytes.subarray(0, Math.min(left, write.bytes.length)) });
    left -= write.bytes.length;
  }
  return kept;
}

function chunked(writes: readonly Write[], chunking: Chunking): Write[] {
  if (chunking === 'event') {
    return [...writes];
  }
  const bytes = Buffer.concat(writes.map((write) => write.bytes));
  const chunks: Write[] = [];
  let start = 0;
  for (let turn = 0; start < bytes.length; turn++) {
    const end = Math.min(bytes.length, Math.max(start + 1, chunkEnd(bytes, start, turn, chunking)));
    chunks.push({ bytes: bytes.subarray(start, end), isDelta: true });
    start = end;
  }
  return chunks;
}

function chunkEnd(
  bytes: Buffer,
  start: number,
  turn: number,
  chunking: Exclude<Chunking, 'event'>,
): number {
  if (chunking === 'whole') {
    return bytes.length;
  }
  if (chunking === 'byte') {
    return start + 1;
  }
  if (chunking === 'splitCharacters') {
    // The first byte of each character of several bytes ends a write.
    for (let at = start; at < bytes.length; at++) {
      if ((bytes[at] ?? 0) >= 0xc0) {
        return at + 1;
      }
    }
    return bytes.length;
  }
  return start + (chunking[turn % chunking.length] ?? 1);
}

/**
 * Writes at the pace asked for, respecting backpressure. Resolves false when the client left before
 * everything was written.
 */
export async function writePaced(
  response: ServerResponse,
  writes: readonly Write[],
  options: AnswerOptions,
  onFirstByte: () => void,
): Promise<boolean> {
  const started = performance.now();
  const rate = options.deltasPerSecond;
  let deltas = 0;
  for (const write of writes) {
    if (rate && write.isDelta) {
      const dueMs = started + (deltas * 1000) / rate - performance.now();
      if (dueMs > 0) {
        await sleepOrClose(response, dueMs);
      }
      deltas += 1;
    }
    if (response.destroyed) {
      return false;
    }
    onFirstByte();
    const hasRoom = response.write(write.bytes);
    if (options.chunking !== undefined && options.chunking !== 'event') {
      // Lets the write leave on its own instead of being joined with the next.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (!hasRoom) {
      await drained(response);
    }
  }
  return !response.destroyed;
}

/** Ends a stream, well or as the fault has it. */
export async function endStream(fault: Fault | undefined, response: ServerResponse): Promise<void> {
  switch (fault?.kind) {
    case undefined:
    case 'close':
      response.end();
      return;
    case 'stall':
      return;
    case 'reset':
      // What was written leaves first: a reset throws away what is still queued.
      await new Promise((resolve) => response.write('', resolve));
      await new Promise((resolve) => setTimeout(resolve, 5));
      response.socket?.resetAndDestroy();
      return;
    case 'errorEvent': {
      const error = { type: fault.type, message: fault.message };
      const data = JSON.stringify({ type: 'error', error });
      response.end(`event: error\ndata: ${data}\n\n`);
    }
  }
}

/** Resolves after the time, or at once when the client leaves. */
export function sleepOrClose(response: ServerResponse, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      response.off('close', finish);
      resolve();
    };
    const timer = setTimeout(finish, delayMs);
    response.once('close', finish);
  });
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      response.off('drain', finish);
      response.off('close', finish);
      resolve();
    };
    response.once('drain', finish);
    response.once('close', finish);
  });
}

import type { Message } from '../model/message.ts';
import type { ToolDefinition } from '../model/request.ts';
import type { MessageTokens } from './messageTokens.ts';
import type { TokenCounter } from './tokenCounter.ts';

/** Counts of chunks of this size add up to 0.02 % more than the count of the whole (measured). */
const linesPerChunk = 50;

/** Chunks of long lines end sooner, at the first line end after so many characters. */
const maxChunkCharacters = 16_000;

/** Chunks that are remembered: 20,000 of 50 lines are some 40 MB of text, in about 1 MB of memory. */
const maxChunks = 20_000;

/**
 * Counts each message and each chunk of text once. Messages and tools are known by identity, as
 * neither ever changes; chunks by content, so that a file that is read again costs what changed in it.
 */
export class TokenCache {
  private readonly counter: TokenCounter;
  private isExact = false;
  private messages = new WeakMap<Message, MessageTokens>();
  private toolTokens = new WeakMap<readonly ToolDefinition[], number>();
  private readonly chunks = new Map<number, number>();

  constructor(counter: TokenCounter) {
    this.counter = counter;
  }

  text(text: string): number {
    this.forgetEstimates();
    let count = 0;
    for (const chunk of chunksOf(text)) {
      count += this.chunk(chunk);
    }
    return count;
  }

  has(message: Message): boolean {
    this.forgetEstimates();
    return this.messages.has(message);
  }

  message(message: Message, count: () => MessageTokens): MessageTokens {
    this.forgetEstimates();
    const known = this.messages.get(message) ?? count();
    this.messages.set(message, known);
    return known;
  }

  tools(tools: readonly ToolDefinition[]): number {
    this.forgetEstimates();
    const known = this.toolTokens.get(tools) ?? this.text(JSON.stringify(tools));
    this.toolTokens.set(tools, known);
    return known;
  }

  private chunk(text: string): number {
    const key = keyOf(text);
    const known = this.chunks.get(key);
    if (known !== undefined) {
      return known;
    }
    const count = this.counter.count(text);
    if (this.chunks.size >= maxChunks) {
      this.chunks.clear();
    }
    this.chunks.set(key, count);
    return count;
  }

  /** What was counted before the tokenizer was there is counted again. */
  private forgetEstimates(): void {
    if (this.isExact !== this.counter.isLoaded) {
      this.isExact = this.counter.isLoaded;
      this.messages = new WeakMap();
      this.toolTokens = new WeakMap();
      this.chunks.clear();
    }
  }
}

function* chunksOf(text: string): Generator<string> {
  let start = 0;
  let lines = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    lines += 1;
    if (lines === linesPerChunk || end - start >= maxChunkCharacters) {
      yield text.slice(start, end + 1);
      start = end + 1;
      lines = 0;
    }
  }
  if (start < text.length) {
    yield text.slice(start);
  }
}

/** 53 bits of the content (cyrb53), so that the text itself need not be kept. */
function keyOf(text: string): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 2_654_435_761);
    high = Math.imul(high ^ code, 1_597_334_677);
  }
  low =
    Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  high =
    Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & high) + (low >>> 0);
}

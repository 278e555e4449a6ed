/**
 * The provider's prompt cache, in small: exact prefixes at block borders, written at breakpoints,
 * found again up to 20 block positions before one, until their lifetime has passed since they were
 * last used.
 */
import { createHash } from 'node:crypto';
import { type KnownModel, knownModels } from './messagesServerModels.ts';
import type { ScriptBlock } from './messagesServerScript.ts';
import type { WireUsage } from './messagesServerStream.ts';
import { blocksOf } from './messagesServerThinking.ts';

type Json = Record<string, unknown>;

/** Bytes of UTF-8 to a token: about what the newer tokenizer makes of code and prose. */
const bytesPerToken = 3.2;
/** How far before a breakpoint the cache looks for what it has. */
const lookBackPositions = 20;

/** One block of the prompt in the order in which the cache sees it. */
interface Segment {
  readonly bytes: number;
  /** Hash of the model and everything up to this block's end. */
  readonly prefixHash: string;
  /** Runs of tool uses or of tool results share one position. */
  readonly position: number;
  /** How long the prefix is kept, ms; undefined where there is no breakpoint. */
  readonly lifetimeMs: number | undefined;
}

interface Entry {
  readonly lifetimeMs: number;
  readonly expiresAt: number;
}

const fiveMinutesMs = 5 * 60_000;
const oneHourMs = 60 * 60_000;

export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / bytesPerToken);
}

export function estimatePromptTokens(body: Json): number {
  return tokensOf(toSegments(body).reduce((sum, segment) => sum + segment.bytes, 0));
}

export class CacheSimulation {
  private readonly known = new Map<string, Entry>();
  private readonly now: () => number;

  /** @param now Milliseconds, of a clock that a test may set. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  clear(): void {
    this.known.clear();
  }

  /** The usage of a request, which also writes its breakpoints to the cache. */
  usage(body: Json, answer: readonly ScriptBlock[]): WireUsage {
    const segments = toSegments(body);
    const total = tokensBefore(segments, segments.length);
    const minTokens = modelOf(body)?.minCacheTokens ?? 512;
    const breakpoints = segments.flatMap(({ lifetimeMs }, index) =>
      lifetimeMs !== undefined && tokensBefore(segments, index + 1) >= minTokens
        ? [{ end: index + 1, lifetimeMs }]
        : [],
    );
    const readTo = this.findRead(segments, breakpoints);
    const written = { short: 0, long: 0 };
    let start = readTo;
    for (const { end, lifetimeMs } of breakpoints) {
      this.put(segments[end - 1]?.prefixHash ?? '', lifetimeMs);
      if (end > start) {
        const tokens = tokensBefore(segments, end) - tokensBefore(segments, start);
        written[lifetimeMs === oneHourMs ? 'long' : 'short'] += tokens;
        start = end;
      }
    }
    const read = tokensBefore(segments, readTo);
    return {
      input_tokens: total - read - written.short - written.long,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: written.short + written.long,
      cache_creation: {
        ephemeral_5m_input_tokens: written.short,
        ephemeral_1h_input_tokens: written.long,
      },
      output_tokens: answerTokens(answer),
    };
  }

  /** What is used or written again lives on as long as it was to live at first. */
  private put(prefixHash: string, lifetimeMs: number): void {
    const kept = this.find(prefixHash)?.lifetimeMs ?? lifetimeMs;
    this.known.set(prefixHash, { lifetimeMs: kept, expiresAt: this.now() + kept });
  }

  private find(prefixHash: string): Entry | undefined {
    const entry = this.known.get(prefixHash);
    return entry && entry.expiresAt > this.now() ? entry : undefined;
  }

  /** How many segments are read from the cache. */
  private findRead(
    segments: readonly Segment[],
    breakpoints: readonly { readonly end: number }[],
  ): number {
    let longest = 0;
    for (const { end } of breakpoints) {
      const position = segments[end - 1]?.position ?? 0;
      for (let at = end - 1; at >= longest; at--) {
        const segment = segments[at];
        if (!segment || position - segment.position >= lookBackPositions) {
          break;
        }
        const entry = this.find(segment.prefixHash);
        if (entry) {
          this.put(segment.prefixHash, entry.lifetimeMs);
          longest = at + 1;
          break;
        }
      }
    }
    return longest;
  }
}

function modelOf(body: Json): KnownModel | undefined {
  return knownModels.find((model) => model.id === body['model']);
}

function tokensBefore(segments: readonly Segment[], end: number): number {
  return tokensOf(segments.slice(0, end).reduce((sum, segment) => sum + segment.bytes, 0));
}

function answerTokens(answer: readonly ScriptBlock[]): number {
  const bytes = answer.reduce((sum, block) => sum + Buffer.byteLength(JSON.stringify(block)), 0);
  return Math.max(1, tokensOf(bytes));
}

function toSegments(body: Json): Segment[] {
  const blocks = promptBlocks(body);
  const automatic = body['cache_control']
    ? blocks.findLastIndex(({ block }) => isCacheable(block))
    : -1;
  const hash = createHash('sha256').update(String(body['model']));
  const segments: Segment[] = [];
  let position = -1;
  let previousType: unknown;
  for (const [index, { block, context }] of blocks.entries()) {
    const { cache_control: marker, ...content } = block;
    const json = JSON.stringify(content);
    hash.update(context).update(json);
    const type = block['type'];
    const isRun = type === previousType && (type === 'tool_use' || type === 'tool_result');
    position += isRun ? 0 : 1;
    previousType = type;
    segments.push({
      bytes: Buffer.byteLength(json),
      prefixHash: hash.copy().digest('base64'),
      position,
      lifetimeMs: lifetimeOf(marker ?? (index === automatic ? body['cache_control'] : undefined)),
    });
  }
  return segments;
}

function lifetimeOf(marker: unknown): number | undefined {
  const ttl = (marker as Json | undefined)?.['ttl'];
  return marker ? (ttl === '1h' ? oneHourMs : fiveMinutesMs) : undefined;
}

/** Saying what is the default is no difference, nor is how thinking is shown. */
function thinkingOf(body: Json): unknown {
  const { display, ...thinking } = (body['thinking'] ?? {}) as Json;
  const type = thinking['type'] ?? (modelOf(body)?.thinksByDefault ? 'adaptive' : 'disabled');
  return { ...thinking, type };
}

/** Tools, then system, then messages; each with what else shapes its prefix. */
function promptBlocks(body: Json): { readonly block: Json; readonly context: string }[] {
  const tools = Array.isArray(body['tools']) ? (body['tools'] as Json[]) : [];
  const system = blocksOf({ content: body['system'] ?? [] });
  const settings = [thinkingOf(body), body['output_config'], body['tool_choice']];
  const messages = Array.isArray(body['messages']) ? (body['messages'] as Json[]) : [];
  return [
    ...tools.map((block) => ({ block, context: 'tool' })),
    ...system.map((block) => ({ block, context: 'system' })),
    ...messages.flatMap((message) =>
      blocksOf(message).map((block) => ({
        block,
        context: `${message['role']}${JSON.stringify(settings)}`,
      })),
    ),
  ];
}

function isCacheable(block: Json): boolean {
  return block['type'] !== 'thinking' && block['type'] !== 'redacted_thinking';
}

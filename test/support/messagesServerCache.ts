/**
 * The provider's prompt cache, in small: exact prefixes at block borders, written at breakpoints,
 * found again up to 20 block positions before one. Ages are left out.
 */
import { createHash } from 'node:crypto';
import { knownModels } from './messagesServerModels.ts';
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
  readonly isBreakpoint: boolean;
}

export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / bytesPerToken);
}

export function estimatePromptTokens(body: Json): number {
  return tokensOf(toSegments(body).reduce((sum, segment) => sum + segment.bytes, 0));
}

export class CacheSimulation {
  private readonly known = new Set<string>();

  clear(): void {
    this.known.clear();
  }

  /** The usage of a request, which also writes its breakpoints to the cache. */
  usage(body: Json, answer: readonly ScriptBlock[]): WireUsage {
    const segments = toSegments(body);
    const total = tokensBefore(segments, segments.length);
    const last = segments.findLastIndex((segment) => segment.isBreakpoint);
    const minTokens =
      knownModels.find((model) => model.id === body['model'])?.minCacheTokens ?? 512;
    const isCached = last >= 0 && tokensBefore(segments, last + 1) >= minTokens;
    const readTo = isCached ? this.findRead(segments) : 0;
    const writeTo = isCached ? last + 1 : 0;
    for (const segment of isCached ? segments : []) {
      if (segment.isBreakpoint) {
        this.known.add(segment.prefixHash);
      }
    }
    const read = tokensBefore(segments, readTo);
    const write = Math.max(0, tokensBefore(segments, writeTo) - read);
    return {
      input_tokens: total - read - write,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: write,
      output_tokens: answerTokens(answer),
    };
  }

  /** How many segments are read from the cache. */
  private findRead(segments: readonly Segment[]): number {
    let longest = 0;
    for (const [index, breakpoint] of segments.entries()) {
      if (!breakpoint.isBreakpoint) {
        continue;
      }
      for (let at = index; at >= longest; at--) {
        const segment = segments[at];
        if (!segment || breakpoint.position - segment.position >= lookBackPositions) {
          break;
        }
        if (this.known.has(segment.prefixHash)) {
          longest = at + 1;
          break;
        }
      }
    }
    return longest;
  }
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
      isBreakpoint: marker !== undefined || index === automatic,
    });
  }
  return segments;
}

/** Tools, then system, then messages; each with what else shapes its prefix. */
function promptBlocks(body: Json): { readonly block: Json; readonly context: string }[] {
  const tools = Array.isArray(body['tools']) ? (body['tools'] as Json[]) : [];
  const system = blocksOf({ content: body['system'] ?? [] });
  const settings = [body['thinking'], body['output_config'], body['tool_choice']];
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

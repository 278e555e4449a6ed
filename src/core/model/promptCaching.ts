/**
 * Where a prompt is marked for the provider's prompt cache. Pure.
 *
 * A prompt is kept up to each marker. It is found again at a marker, or up to some blocks before one.
 * The last system block is marked, and in a chat the prompt's end, by a marker that the provider moves
 * along. Where more was appended since the request before than is looked back over, that request's
 * end is marked as well: what it wrote is then found exactly, however long the answer was.
 */
import type { CatalogueModel } from './catalogue.ts';
import type { ModelRequest } from './request.ts';
import type { WireBlock, WireMessage } from './wire.ts';

export interface CacheControl {
  readonly type: 'ephemeral';
  /** Absent for five minutes, the provider's default. */
  readonly ttl?: '1h';
}

/**
 * Positions that a marker looks back over, its own not counted: the provider's guide says up to 20,
 * which may or may not count it.
 */
export const lookBackPositions = 19;

const fiveMinutes: CacheControl = { type: 'ephemeral' };
const oneHour: CacheControl = { type: 'ephemeral', ttl: '1h' };

/** One lifetime for all of a request's markers: long-lived ones may not follow short-lived ones. */
export function cacheMarker(request: Pick<ModelRequest, 'promptCacheLifetime'>): CacheControl {
  return request.promptCacheLifetime === '1h' ? oneHour : fiveMinutes;
}

/**
 * The messages with the end of the request before marked where the automatic marker at their own end
 * would not find it.
 */
export function withReachableHistory(
  messages: readonly WireMessage[],
  marker: CacheControl,
): readonly WireMessage[] {
  const lastAnswer = messages.findLastIndex(({ role }) => role === 'assistant');
  const before = endOfUser(messages.slice(0, Math.max(0, lastAnswer)));
  const added = before === undefined ? 0 : positionsAfter(messages, before);
  return before !== undefined && added > lookBackPositions
    ? marked(messages, before, marker)
    : messages;
}

/** The messages with their end marked, for where the automatic marker is not taken. */
export function withEndMarked(
  messages: readonly WireMessage[],
  marker: CacheControl,
): readonly WireMessage[] {
  const end = endOfUser(messages);
  return end === undefined ? messages : marked(messages, end, marker);
}

/**
 * A single message with what comes before its last block marked: of a completion that is what stays
 * the same from key to key.
 */
export function withContextMarked(
  messages: readonly WireMessage[],
  marker: CacheControl,
): readonly WireMessage[] {
  return messages.map((message) => ({
    ...message,
    content: message.content.map((block, place) =>
      place === message.content.length - 2 ? { ...block, cache_control: marker } : block,
    ),
  }));
}

/**
 * Whether a prompt can be put into the cache without asking for an answer, and be found there by a
 * request that does: thinking must be left out of the former, which is the same only for models that
 * think unless told otherwise or are never told to.
 */
export function canBeWarmed(model: CatalogueModel): boolean {
  return model.thinksByDefault || !model.thinking.includes('adaptive');
}

/** The last message of the user; its last block is where a request ended. */
function endOfUser(messages: readonly WireMessage[]): number | undefined {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  return last < 0 ? undefined : last;
}

/** How many positions follow the end of this message: a run of tool uses or of results is one. */
function positionsAfter(messages: readonly WireMessage[], index: number): number {
  let previous = typeOf(messages[index]?.content.at(-1));
  let count = 0;
  for (const block of messages.slice(index + 1).flatMap(({ content }) => content)) {
    const type = typeOf(block);
    const isRun = type === previous && (type === 'tool_use' || type === 'tool_result');
    count += isRun ? 0 : 1;
    previous = type;
  }
  return count;
}

function typeOf(block: WireBlock | undefined): unknown {
  return block?.type;
}

function marked(
  messages: readonly WireMessage[],
  index: number,
  marker: CacheControl,
): readonly WireMessage[] {
  return messages.map((message, at) =>
    at === index
      ? {
          ...message,
          content: message.content.map((block, place) =>
            place === message.content.length - 1 ? { ...block, cache_control: marker } : block,
          ),
        }
      : message,
  );
}

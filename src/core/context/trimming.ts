import type { Message } from '../model/message.ts';
import type { MessageTokens } from '../tokens/messageTokens.ts';
import { plainTokens } from './contextUsage.ts';

/** What of a conversation is kept: everything from `from` on, and the question before it if given. */
export interface Selection {
  readonly from: number;
  /** The user's message that began the turn, where `from` lies within the turn. */
  readonly question?: number;
}

/**
 * Everything that may be sent instead of the whole, the most first. Cuts lie at the first border
 * after each multiple of `step` tokens from the start. A conversation only grows at its end, so the
 * cut stays where it is until a whole step more has to go, and what is sent keeps its prefix.
 * The first message is always one of the user, and a tool's use is never parted from its result.
 */
export function* selections(
  messages: readonly Message[],
  sizes: readonly MessageTokens[],
  step: number,
): Generator<Selection> {
  yield { from: 0 };
  const lastTurn = messages.findLastIndex(isTurnStart);
  for (const from of borders(messages, sizes, step, { after: 0, isBorder: isTurnStart })) {
    yield { from };
  }
  if (lastTurn < 0) {
    return;
  }
  for (const from of borders(messages, sizes, step, { after: lastTurn, isBorder: isRoundStart })) {
    yield { from, question: lastTurn };
  }
}

/**
 * The messages of a selection, without the thinking, which is bound to what was before it. The very
 * array that was given where that leaves out nothing, as where a first question is kept with all after it.
 */
export function select(
  messages: readonly Message[],
  { from, question }: Selection,
): readonly Message[] {
  const rest = messages.slice(from);
  const first = question === undefined ? undefined : messages[question];
  const kept = (first ? [first, ...rest] : rest).flatMap(withoutThinking);
  const isWhole =
    kept.length === messages.length && kept.every((message, index) => message === messages[index]);
  return isWhole ? messages : kept;
}

/** The same choice among what belongs to each message. */
export function selectSizes(
  sizes: readonly MessageTokens[],
  { from, question }: Selection,
): MessageTokens[] {
  const kept = sizes.slice(from);
  const first = question === undefined ? undefined : sizes[question];
  return (first ? [first, ...kept] : kept).map((size) => ({
    instructions: size.instructions,
    files: size.files,
    thinking: 0,
    conversation: size.conversation,
  }));
}

/** Whether a turn begins here: results of tools go on with one. */
export function isTurnStart(message: Message): boolean {
  return message.role === 'user' && message.content.every((block) => block.type !== 'tool_result');
}

function isRoundStart(message: Message): boolean {
  return message.role === 'assistant';
}

/** The last border is always among them: it leaves the least. */
function* borders(
  messages: readonly Message[],
  sizes: readonly MessageTokens[],
  step: number,
  { after, isBorder }: { readonly after: number; readonly isBorder: (message: Message) => boolean },
): Generator<number> {
  const last = messages.findLastIndex(isBorder);
  let before = 0;
  let mark = step;
  for (let index = after + 1; index <= last; index += 1) {
    const size = sizes[index - 1];
    before += size ? plainTokens(size) : 0;
    const message = messages[index];
    if (message && isBorder(message) && (before >= mark || index === last)) {
      yield index;
      mark = (Math.floor(before / step) + 1) * step;
    }
  }
}

/** What of an answer may be sent whatever was before it. A block of an unknown type may be bound too. */
export function isPlain(block: Message['content'][number]): boolean {
  return block.type !== 'thinking' && block.type !== 'redacted_thinking' && block.type !== 'opaque';
}

function withoutThinking(message: Message): readonly Message[] {
  if (message.role === 'user') {
    return [message];
  }
  const content = message.content.filter(isPlain);
  if (content.length === message.content.length) {
    return [message];
  }
  return content.length === 0 ? [] : [{ role: 'assistant', content }];
}

import type { Message } from '../model/message.ts';
import { type MeasuredPrompt, plainTokens } from './contextUsage.ts';
import type { LeftOut } from './contextWindow.ts';
import { isPlain, isTurnStart, type Selection } from './trimming.ts';

/** What a selection leaves out of a conversation. */
export function leftOutOf(
  messages: readonly Message[],
  prompt: MeasuredPrompt,
  { from, question }: Selection,
): readonly LeftOut[] {
  const turnsEnd = question ?? from;
  const roundsStart = question === undefined ? from : question + 1;
  const tokensOf = (start: number, end: number): number =>
    prompt.messages.slice(start, end).reduce((sum, size) => sum + plainTokens(size), 0);
  const thinking = prompt.messages.reduce((sum, size) => sum + size.thinking, 0);
  const all: LeftOut[] = [
    {
      kind: 'turns',
      count: count(messages, 0, turnsEnd, isTurnStart),
      tokens: tokensOf(0, turnsEnd),
    },
    {
      kind: 'rounds',
      count: count(messages, roundsStart, from, (message) => message.role === 'assistant'),
      tokens: tokensOf(roundsStart, from),
    },
    {
      kind: 'thinking',
      count: messages.flatMap(({ content }) => content.filter((block) => !isPlain(block))).length,
      tokens: thinking,
    },
  ];
  return all
    .filter((part) => part.count > 0)
    .map((part) => ({ ...part, tokens: Math.ceil(part.tokens * prompt.ratio) }));
}

function count(
  messages: readonly Message[],
  start: number,
  end: number,
  isCounted: (message: Message) => boolean,
): number {
  return messages.slice(start, end).filter(isCounted).length;
}

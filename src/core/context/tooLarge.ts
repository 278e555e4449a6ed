import type { Message } from '../model/message.ts';
import type { ContextLimits } from './contextLimits.ts';
import type { MeasuredPrompt } from './contextUsage.ts';
import { plainTokens } from './contextUsage.ts';
import type { FitInput } from './contextWindow.ts';
import { isTurnStart } from './trimming.ts';

/** Says what of the least that must be sent is the largest, and what the user can do about it. */
export function reasonTooLarge(
  input: FitInput,
  prompt: MeasuredPrompt,
  limits: ContextLimits,
): string {
  const sizeOf = (index: number): number => {
    const size = prompt.messages[index];
    return size ? plainTokens(size) : 0;
  };
  const question = input.messages.findLastIndex(isTurnStart);
  const last = input.messages.length - 1;
  const candidates = [
    { tokens: prompt.tools, says: (about: string) => toolsText(input.tools.length, about) },
    { tokens: prompt.system + prompt.instructions, says: systemText },
    { tokens: sizeOf(question), says: questionText },
    ...(last > question
      ? [{ tokens: sizeOf(last), says: resultText(input.messages[last - 1]) }]
      : []),
  ];
  const largest = candidates.reduce((one, other) => (other.tokens > one.tokens ? other : one));
  const about = formatTokens(Math.ceil(largest.tokens * prompt.ratio));
  return `${largest.says(about)} ${windowText(input, limits)}`;
}

function toolsText(count: number, about: string): string {
  return `The descriptions of ${count} tools take about ${about} tokens. Turn off those you do not need, or choose a model with a larger window.`;
}

function systemText(about: string): string {
  return `The instructions for the model take about ${about} tokens. Shorten the project's AGENTS.md or CLAUDE.md, or choose a model with a larger window.`;
}

function questionText(about: string): string {
  return `Your message and what is attached to it are about ${about} tokens long. Attach less, or choose a model with a larger window.`;
}

function resultText(answer: Message | undefined): (about: string) => string {
  const uses = answer?.role === 'assistant' ? answer.content : [];
  const names = uses.flatMap((block) => (block.type === 'tool_use' ? [block.name] : []));
  const tools = [...new Set(names)].join(', ');
  return (about) =>
    `The results of ${tools || 'the tools'} are about ${about} tokens long. Ask for a smaller part, or choose a model with a larger window.`;
}

function windowText({ model }: FitInput, limits: ContextLimits): string {
  const name = model.name ?? model.id;
  const window = formatTokens(limits.window);
  return limits.isAssumed
    ? `The server does not say how much ${name} reads at once; Slipstream assumes ${window} tokens, the answer included.`
    : `${name} reads ${window} tokens at once, the answer included.`;
}

function formatTokens(tokens: number): string {
  return tokens.toLocaleString('en-US');
}

/**
 * What a turn costs in a long thread before its request is sent: counting and fitting a conversation
 * of 2,000 messages and 1 MB that has grown by one round, against counting all of it again.
 */
import { ContextWindowOptimizer, type FitInput } from '../../src/core/context/contextWindow.ts';
import type { Message } from '../../src/core/model/message.ts';
import { Calibration } from '../../src/core/tokens/calibration.ts';
import { PromptTokens } from '../../src/core/tokens/promptTokens.ts';
import { TokenCounter } from '../../src/core/tokens/tokenCounter.ts';
import { median, printReport, rounded } from './support.ts';

const messageCount = 2_000;
/** Characters of each result: with the rest, the thread comes to 1 MB. */
const resultCharacters = 880;
const turns = 50;
const recounts = 5;
const never = new AbortController().signal;

/** A question and three answers that read a file each: eight messages. */
function turn(number: number): Message[] {
  const question = `In step ${number} the discount is applied before the tax. `.repeat(4);
  const messages: Message[] = [{ role: 'user', content: [{ type: 'text', text: question }] }];
  for (let round = 0; round < 3; round += 1) {
    const id = `use-${number}-${round}`;
    const path = `src/part${number * 3 + round}.ts`;
    messages.push(
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id, name: 'read_file', input: { path } }],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: id, content: file(number * 3 + round) }],
      },
    );
  }
  messages.push({ role: 'assistant', content: [{ type: 'text', text: `Done: ${question}` }] });
  return messages;
}

function file(number: number): string {
  const line = (at: number): string =>
    `export const total${at} = compute(${number}, ${(at * 7919) % (number + 13)});\n`;
  return Array.from({ length: 60 }, (_, at) => line(at))
    .join('')
    .slice(0, resultCharacters);
}

const thread = Array.from({ length: messageCount / 8 }, (_, number) => turn(number)).flat();
const bytes = Buffer.byteLength(JSON.stringify(thread));

function input(messages: readonly Message[], contextTokens: number): FitInput {
  return {
    system: 'You help with code.',
    tools: [],
    messages,
    model: { id: 'claude-sonnet-5-5', contextTokens },
    maxOutputTokens: 32_000,
  };
}

async function create(): Promise<{ tokens: PromptTokens; optimizer: ContextWindowOptimizer }> {
  const tokens = new PromptTokens({ counter: new TokenCounter(), calibration: new Calibration() });
  await tokens.load();
  return { tokens, optimizer: new ContextWindowOptimizer({ tokens }) };
}

/** Each turn's cost, milliseconds, as the thread goes on. */
async function turnMs(contextTokens: number): Promise<number[]> {
  const { optimizer } = await create();
  const messages = [...thread];
  await optimizer.fitToSend(input(messages, contextTokens), never);
  const durations: number[] = [];
  for (let number = 0; number < turns; number += 1) {
    messages.push(...turn(messageCount + number));
    const sent = [...messages, ...turn(2 * messageCount + number).slice(0, 1)];
    const start = performance.now();
    await optimizer.fitToSend(input(sent, contextTokens), never);
    durations.push(performance.now() - start);
  }
  return durations;
}

/** Counting everything each time, with the pieces of the text already known. */
async function recountMs(): Promise<number> {
  const counter = new TokenCounter();
  await counter.load();
  const durations: number[] = [];
  for (let run = 0; run <= recounts; run += 1) {
    const start = performance.now();
    for (const message of thread) {
      counter.count(JSON.stringify(message.content));
    }
    durations.push(performance.now() - start);
  }
  return median(durations.slice(1));
}

async function firstMs(): Promise<number> {
  const { optimizer } = await create();
  const start = performance.now();
  await optimizer.fitToSend(input(thread, 1_000_000), never);
  return performance.now() - start;
}

const first = await firstMs();
const whole = await turnMs(1_000_000);
const trimmed = await turnMs(200_000);
const recount = await recountMs();
printReport('context', {
  messages: messageCount,
  bytes,
  firstTurnMs: rounded(first),
  turnMs: rounded(median(whole)),
  turnOfTrimmedMs: rounded(median(trimmed)),
  recountMs: rounded(recount),
  ratio: rounded(recount / median(whole)),
});

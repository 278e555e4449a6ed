import fc from 'fast-check';
import type {
  AssistantBlock,
  Message,
  ToolUseBlock,
  UserBlock,
} from '../../../../src/core/model/message.ts';
import type { ModelRequest } from '../../../../src/core/model/request.ts';
import { toAnthropicRequest } from '../../../../src/core/model/wire.ts';
import type { ThinkingSigner } from '../../../support/messagesServerThinking.ts';

/** One round of an agent: an answer and, where it uses tools, their results. Sizes in words. */
export interface RoundShape {
  readonly thinking: number;
  readonly text: number;
  /** The size of each tool's result. */
  readonly results: readonly number[];
}

export interface TurnShape {
  readonly question: number;
  readonly attached: number;
  readonly rounds: readonly RoundShape[];
}

const round = fc.record({
  thinking: fc.constantFrom(0, 0, 8, 70),
  text: fc.constantFrom(0, 5, 20),
  results: fc.array(fc.constantFrom(0, 5, 100, 500), { minLength: 1, maxLength: 3 }),
});

/** Turns of an agent, from a short question to long tool loops. */
export const turnShapes: fc.Arbitrary<readonly TurnShape[]> = fc.array(
  fc.record({
    question: fc.constantFrom(1, 5, 15, 300),
    attached: fc.constantFrom(0, 0, 0, 230),
    rounds: fc.array(round, { maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 8 },
);

/**
 * The conversation as it stands when a question or the results of tools are about to be sent.
 * Thinking is signed as the provider does, bound to all that is before it.
 */
export function conversationOf(
  turns: readonly TurnShape[],
  request: Omit<ModelRequest, 'messages'>,
  signer: ThinkingSigner,
): Message[] {
  const messages: Message[] = [];
  for (const [index, turn] of turns.entries()) {
    messages.push(question(turn, index));
    for (const [number, shape] of turn.rounds.entries()) {
      messages.push(...answerOf(shape, `use-${index}-${number}`, { ...request, messages }, signer));
    }
    if (index < turns.length - 1) {
      messages.push({ role: 'assistant', content: [{ type: 'text', text: `Done ${index}.` }] });
    }
  }
  return messages;
}

function question({ question: size, attached }: TurnShape, index: number): Message {
  const file = `<context kind="file" path="src/part${index}.ts">\n${words(attached)}\n</context>`;
  const content: UserBlock[] = [{ type: 'text', text: `Question ${index}: ${words(size)}` }];
  return {
    role: 'user',
    content: attached > 0 ? [{ type: 'text', text: file }, ...content] : content,
  };
}

function answerOf(
  { thinking, text, results }: RoundShape,
  id: string,
  request: ModelRequest,
  signer: ThinkingSigner,
): Message[] {
  const content: AssistantBlock[] = [];
  if (thinking > 0) {
    const thought = words(thinking);
    const body = JSON.parse(JSON.stringify(toAnthropicRequest(request, undefined)));
    content.push({
      type: 'thinking',
      thinking: thought,
      signature: signer.sign(body, [], thought),
    });
  }
  if (text > 0) {
    content.push({ type: 'text', text: words(text) });
  }
  const uses = results.map(
    (_, index): ToolUseBlock => ({
      type: 'tool_use',
      id: `${id}-${index}`,
      name: index % 2 === 0 ? 'read_file' : 'search',
      input: { path: `src/part${index}.ts` },
    }),
  );
  const answered = uses.map((use, index): UserBlock => {
    const size = results[index] ?? 0;
    return { type: 'tool_result', tool_use_id: use.id, content: size > 0 ? words(size) : '' };
  });
  return [
    { role: 'assistant', content: [...content, ...uses] },
    { role: 'user', content: answered },
  ];
}

function words(count: number): string {
  return Array.from({ length: count }, (_, index) => `discount${index % 17}`).join(' ');
}

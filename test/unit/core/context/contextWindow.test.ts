import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ContextWindowOptimizer,
  type Fit,
  type FitInput,
} from '../../../../src/core/context/contextWindow.ts';
import { isTurnStart } from '../../../../src/core/context/trimming.ts';
import { loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import type { Message, UserBlock } from '../../../../src/core/model/message.ts';
import type { ModelRequest } from '../../../../src/core/model/request.ts';
import { toAnthropicRequest } from '../../../../src/core/model/wire.ts';
import { Calibration } from '../../../../src/core/tokens/calibration.ts';
import { PromptTokens } from '../../../../src/core/tokens/promptTokens.ts';
import { TokenCounter } from '../../../../src/core/tokens/tokenCounter.ts';
import { checkMessages } from '../../../support/messagesServerRules.ts';
import { thinking, toolUse } from '../../../support/messagesServerScript.ts';
import { ThinkingSigner } from '../../../support/messagesServerThinking.ts';
import { blocksOf, outcomeOf, userText, withGateway } from '../model/gatewayKit.ts';
import { conversationOf, type TurnShape, turnShapes } from './conversations.ts';

const modelId = 'claude-sonnet-5-5';
const base: Omit<ModelRequest, 'messages'> = {
  id: 'request',
  surface: 'chat',
  priority: 'interactive',
  model: modelId,
  system: 'You help with code.',
  tools: [{ name: 'read_file', description: 'Reads a file.', inputSchema: { type: 'object' } }],
  maxOutputTokens: 2_000,
};
/** A third of the others: signing all thinking takes most of the time, and grows with the square. */
const smallWindow = 4_500;
/**
 * For what takes seconds of pure work. Work that blocks is judged only once it is over, so this is no
 * measure of speed: something that never ends is ended with the whole run.
 */
const busyMachineMs = 300_000;
const headers = { 'anthropic-version': '2026-10-21', 'content-type': 'application/json' };

/** Above the mark from which something must go, and nothing can. Random conversations found the first. */
const cannotBeTrimmed: readonly (readonly TurnShape[])[] = [
  [{ question: 300, attached: 230, rounds: [{ thinking: 0, text: 0, results: [500] }] }],
  [{ question: 1_060, attached: 0, rounds: [] }],
];

describe('ContextWindowOptimizer', () => {
  const counter = new TokenCounter();
  const tokens = new PromptTokens({ counter, calibration: new Calibration() });
  const optimizer = new ContextWindowOptimizer({ tokens });

  before(() => counter.load());

  const input = (messages: readonly Message[], contextTokens = 12_000): FitInput => ({
    system: base.system,
    tools: base.tools,
    messages,
    model: { id: modelId, contextTokens },
    maxOutputTokens: base.maxOutputTokens,
  });
  const fitted = (given: FitInput): Extract<Fit, { kind: 'fits' }> => {
    const fit = optimizer.fit(given);
    assert.ok(fit.kind === 'fits', fit.kind === 'tooLarge' ? fit.reason : '');
    return fit;
  };

  it('sends 1,000 random conversations so that the strict server takes each', async function () {
    this.timeout(busyMachineMs);
    const model = (await loadCatalogue()).find(modelId);
    let trimmed = 0;
    let refused = 0;
    fc.assert(
      fc.property(turnShapes, (turns) => {
        const signer = new ThinkingSigner();
        const messages = conversationOf(turns, base, signer);
        const fit = optimizer.fit(input(messages, smallWindow));
        if (fit.kind === 'tooLarge') {
          refused += 1;
          return;
        }
        const { leftOut, maxOutputTokens } = fit;
        trimmed += leftOut.length > 0 ? 1 : 0;
        const request = { ...base, messages: fit.messages, maxOutputTokens };
        const body = JSON.parse(JSON.stringify(toAnthropicRequest(request, model)));
        assert.equal(checkMessages(body, headers, signer)?.message, undefined);
        assertHolds(fit, messages);
      }),
      { numRuns: 1_000, examples: cannotBeTrimmed.map((turns) => [turns]) },
    );
    assert.ok(trimmed > 200, `${trimmed} of them were trimmed`);
    assert.ok(refused < 500, `${refused} of them were too large`);
  });

  function assertHolds(fit: Extract<Fit, { kind: 'fits' }>, messages: readonly Message[]): void {
    const counted = tokens.estimatePromptTokens({ ...base, messages: fit.messages });
    assert.ok(counted + fit.maxOutputTokens <= smallWindow + 5, 'prompt and answer fit the window');
    assert.ok(Math.abs(counted - fit.usage.total) <= 5, `${counted} for ${fit.usage.total}`);
    assert.deepEqual(fit.messages.at(-1), messages.at(-1));
    assert.ok(fit.leftOut.length > 0 || fit.messages === messages);
    const again = fitted(input(fit.messages, smallWindow));
    assert.deepEqual(again.messages, fit.messages);
    assert.deepEqual(fitted(input(messages, smallWindow)), fit);
  }

  for (const turns of cannotBeTrimmed) {
    it(`sends the very messages where none can go: ${turns[0]?.rounds.length} rounds`, async () => {
      const messages = conversationOf(turns, base, new ThinkingSigner());
      const given = input(messages, smallWindow);
      const estimated = fitted(given);
      assert.ok(estimated.fill > 0.95, `above the mark: ${estimated.fill}`);
      assert.equal(estimated.messages, messages);
      assert.deepEqual(estimated.leftOut, []);
      const total = estimated.usage.total;
      const counting = new ContextWindowOptimizer({
        tokens: new PromptTokens({ counter, calibration: new Calibration() }),
        countAtProvider: async () => total,
      });
      const counted = await counting.fitToSend(given, new AbortController().signal);
      assert.equal(counted.usage.isEstimate, false, 'the provider has counted just these');
    });
  }

  it('keeps the prefix of what is sent for many turns', () => {
    const turn: TurnShape = {
      question: 40,
      attached: 0,
      rounds: [{ thinking: 50, text: 20, results: [60, 100] }],
    };
    const all = conversationOf(
      Array.from({ length: 80 }, () => turn),
      base,
      new ThinkingSigner(),
    );
    let moves = 0;
    let sent: readonly Message[] = [];
    for (const [index, message] of all.entries()) {
      if (message.role === 'user') {
        const { messages } = fitted(input(all.slice(0, index + 1)));
        moves += isPrefix(sent, messages) ? 0 : 1;
        sent = messages;
      }
    }
    const whole = tokens.estimatePromptTokens({ ...base, messages: all });
    // A step is a quarter of the window; leaving the thinking out is a move of its own.
    assert.ok(moves >= 3 && moves <= Math.ceil(whole / 2_300) + 1, `${moves} moves`);
  });

  it('leaves out rounds of a turn that does not fit, and keeps its question', () => {
    const rounds = Array.from({ length: 30 }, () => ({ thinking: 20, text: 5, results: [300] }));
    const turns = [
      { question: 5, attached: 0, rounds: [] },
      { question: 5, attached: 0, rounds },
    ];
    const messages = conversationOf(turns, base, new ThinkingSigner());
    const fit = fitted(input(messages));
    assert.deepEqual(fit.messages[0], messages[2]);
    assert.deepEqual(
      fit.leftOut.map(({ kind }) => kind),
      ['turns', 'rounds', 'thinking'],
    );
    assert.ok(fit.leftOut.every(({ count, tokens: size }) => count > 0 && size > 0));
    assert.equal(fit.messages.filter(isTurnStart).length, 1);
  });

  it('tells how the window is used', () => {
    const instructions = `<instructions path="AGENTS.md">\n${'Use tabs. '.repeat(50)}\n</instructions>`;
    const turns = [
      { question: 5, attached: 200, rounds: [{ thinking: 0, text: 5, results: [100] }] },
    ];
    const messages = conversationOf(turns, base, new ThinkingSigner());
    const system = `${base.system}\n\n${instructions}`;
    const { usage, fill } = fitted({ ...input(messages), system });
    const { parts } = usage;
    assert.ok(parts.instructions > 150 && parts.system < 20 && parts.tools > 300);
    assert.ok(parts.files > parts.history, 'the attached file and what was read are files');
    assert.equal(
      parts.system + parts.tools + parts.instructions + parts.files + parts.history,
      usage.total,
    );
    assert.equal(parts.reserve, 2_000);
    assert.equal(usage.isEstimate, true);
    assert.ok(fill > 0.1 && fill < 0.3);
  });

  it('shortens the answer before it leaves anything out', () => {
    const turns = Array.from({ length: 4 }, () => ({ question: 900, attached: 0, rounds: [] }));
    const messages = conversationOf(turns, base, new ThinkingSigner());
    const fit = fitted({ ...input(messages, 16_000), maxOutputTokens: 8_000 });
    assert.equal(fit.messages, messages);
    assert.ok(fit.maxOutputTokens < 8_000 && fit.maxOutputTokens >= 4_000);
  });

  it('takes the size where a price jumps as soft: it tells, and leaves nothing out', () => {
    const messages = [userText('discount '.repeat(3_000))];
    const model = { id: 'claude-haiku-5-5', contextTokens: 1_000_000 };
    const { usage, fill, leftOut } = fitted({
      ...input(messages),
      model: { ...model, longPrompt: { aboveTokens: 3_000 } },
    });
    assert.equal(usage.softLimit, 3_000);
    assert.ok(fill > 1);
    assert.deepEqual(leftOut, []);
  });

  const huge = 'discount '.repeat(20_000);
  const tooLarge = (given: Partial<FitInput>): string => {
    const fit = optimizer.fit({ ...input([userText('Hello')]), ...given });
    assert.equal(fit.kind, 'tooLarge');
    return fit.kind === 'tooLarge' ? fit.reason : '';
  };

  it('names a message that is larger than the window', () => {
    const messages = [userText('Hi'), userText(huge)];
    assert.match(
      tooLarge({ messages }),
      /^Your message .* about \d\d,\d{3} tokens .*12,000 tokens/,
    );
  });

  it('names the tools whose results are larger than the window', () => {
    const use = { type: 'tool_use', id: 'u', name: 'search', input: {} } as const;
    const messages: Message[] = [
      userText('Hi'),
      { role: 'assistant', content: [use] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'u', content: huge }] },
    ];
    assert.match(tooLarge({ messages }), /^The results of search are about/);
  });

  it('names tools whose descriptions eat the window', () => {
    const tools = Array.from({ length: 60 }, (_, index) => ({
      name: `tool_${index}`,
      description: 'Does this and that with a discount. '.repeat(60),
      inputSchema: { type: 'object' },
    }));
    assert.match(tooLarge({ tools }), /^The descriptions of 60 tools take about/);
  });

  it('says so where it must assume the window', () => {
    const messages = [userText(huge.repeat(2))];
    const reason = tooLarge({ messages, model: { id: 'qwen' } });
    assert.match(reason, /qwen.*assumes 32,768 tokens/);
    const { usage } = fitted({ ...input([userText('Hi')]), model: { id: 'qwen' } });
    assert.deepEqual([usage.limit, usage.isLimitAssumed], [32_768, true]);
  });

  it('keeps an agent of 30 rounds going over a real connection, its thinking signed by the server', async () => {
    await withGateway(async ({ collect: ask, server }) => {
      server.respond(() => [
        thinking('Let me look at the next part. '.repeat(20)),
        toolUse('read_file', { path: 'src/cart.ts' }),
      ]);
      const messages: Message[] = [userText('Read it all.')];
      let trimmed = 0;
      for (let round = 0; round < 30; round += 1) {
        const fit = fitted(input(messages, 8_000));
        trimmed += fit.leftOut.length > 0 ? 1 : 0;
        const { maxOutputTokens } = fit;
        const events = await ask({ ...base, messages: fit.messages, maxOutputTokens });
        assert.equal(outcomeOf(events).kind, 'done', JSON.stringify(events.at(-1)));
        const content = blocksOf(events);
        const answered: UserBlock[] = content.flatMap((block) =>
          block.type === 'tool_use'
            ? [
                {
                  type: 'tool_result',
                  tool_use_id: block.id,
                  content: 'const total = 1;\n'.repeat(80),
                },
              ]
            : [],
        );
        messages.push({ role: 'assistant', content }, { role: 'user', content: answered });
      }
      assert.ok(trimmed > 10, `${trimmed} requests were trimmed`);
      assert.ok(server.messageRequests.every(({ status }) => status === 200));
      assert.equal(server.messageRequests.length, 30);
    });
  });
});

/** Whether `messages` goes on where `earlier` ends. */
function isPrefix(earlier: readonly Message[], messages: readonly Message[]): boolean {
  return earlier.every((message, index) => isSame(message, messages[index]));
}

function isSame(left: Message, right: Message | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

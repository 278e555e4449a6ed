import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import type { AssistantBlock, Message, UserBlock } from '../../../../src/core/model/message.ts';
import type { ModelRequest } from '../../../../src/core/model/request.ts';
import { toAnthropicRequest } from '../../../../src/core/model/wire.ts';
import { CacheSimulation, estimatePromptTokens } from '../../../support/messagesServerCache.ts';
import { checkMessages } from '../../../support/messagesServerRules.ts';
import { ThinkingSigner } from '../../../support/messagesServerThinking.ts';
import { aRequest, userText } from './gatewayKit.ts';

type Json = Record<string, unknown>;

const catalogue = await loadCatalogue();
const headers = { 'anthropic-version': '2026-10-21', 'content-type': 'application/json' };

function toBody(messages: readonly Message[], overrides: Partial<ModelRequest> = {}): Json {
  const system = 'You help with code. '.repeat(200);
  const request = aRequest({ messages, system, ...overrides });
  return toAnthropicRequest(request, catalogue.find(request.model)) as unknown as Json;
}

/** An answer and what follows it: results where tools are used, and texts. */
const round = fc.record({
  answer: fc.array(fc.constantFrom('text', 'thinking', 'tool_use'), {
    minLength: 1,
    maxLength: 45,
  }),
  texts: fc.integer({ min: 1, max: 30 }),
});

function toMessages(rounds: readonly { answer: readonly string[]; texts: number }[]): Message[] {
  return rounds.flatMap(({ answer, texts }, at): Message[] => {
    const content = answer.map((type, index): AssistantBlock => {
      const id = `use_${at}_${index}`;
      switch (type) {
        case 'tool_use':
          return { type, id, name: 'read', input: { path: id } };
        case 'thinking':
          // Any text stands for thinking: its signature would be a matter of its own.
          return { type: 'text', text: `Thinking ${id}` };
        default:
          return { type: 'text', text: `Text ${id}` };
      }
    });
    const results = content.flatMap((block): UserBlock[] =>
      block.type === 'tool_use'
        ? [{ type: 'tool_result', tool_use_id: block.id, content: 'ok' }]
        : [],
    );
    const more = Array.from({ length: texts }, (_, index): UserBlock => {
      return { type: 'text', text: `Question ${at} ${index}` };
    });
    return [
      { role: 'assistant', content },
      { role: 'user', content: [...results, ...more] },
    ];
  });
}

function markersOf(value: unknown): number {
  return (JSON.stringify(value).match(/"cache_control"/g) ?? []).length;
}

describe('The markers of a prompt', () => {
  it('are legal and few, and let each request read all that the one before wrote', () => {
    fc.assert(
      fc.property(fc.array(round, { maxLength: 6 }), fc.boolean(), (rounds, isLong) => {
        const cache = new CacheSimulation(() => 0);
        const promptCacheLifetime = isLong ? '1h' : '5m';
        const all: Message[] = [userText('Begin.'), ...toMessages(rounds)];
        let before = 0;
        for (let end = 1; end <= all.length; end += 2) {
          const body = toBody(all.slice(0, end), { promptCacheLifetime });
          assert.equal(checkMessages(body, headers, new ThinkingSigner()), undefined);
          assert.ok(markersOf(body) <= 4);
          const usage = cache.usage(body, []);
          assert.equal(usage.cache_read_input_tokens, before);
          before = estimatePromptTokens(body);
          assert.equal(usage.cache_read_input_tokens + usage.cache_creation_input_tokens, before);
        }
      }),
    );
  });

  it('are three only where the automatic one would not look back far enough', () => {
    const uses = (count: number): string[] => Array.from({ length: count }, () => 'tool_use');
    const texts = (count: number): string[] => Array.from({ length: count }, () => 'text');
    const markers = (answer: string[], after = 1): number =>
      markersOf(toBody([userText('Begin.'), ...toMessages([{ answer, texts: after }])]));
    assert.equal(markers(texts(18)), 2);
    assert.equal(markers(texts(19)), 3);
    assert.equal(markers(uses(100)), 2, 'a run of tool uses is one position');
    assert.equal(markers(texts(1), 25), 3);
  });

  it('let a question find what was warmed for it', () => {
    fc.assert(
      fc.property(fc.array(round, { maxLength: 4 }), (rounds) => {
        const cache = new CacheSimulation(() => 0);
        const messages = [userText('Begin.'), ...toMessages(rounds)];
        const warmed = toBody(messages, { maxOutputTokens: 0, effort: 'high' });
        assert.equal(checkMessages(warmed, headers, new ThinkingSigner()), undefined);
        assert.ok(markersOf(warmed) <= 4);
        cache.usage(warmed, []);
        const next = [...messages, ...toMessages([{ answer: ['text'], texts: 25 }])];
        const usage = cache.usage(toBody(next, { effort: 'high' }), []);
        assert.equal(usage.cache_read_input_tokens, estimatePromptTokens(warmed));
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { createPromptTokens } from '../../../src/host/tokenParts.ts';
import { userText } from '../core/model/gatewayKit.ts';

describe('what counts prompts', () => {
  it('keeps what it learned of a model for the next session, and goes on where that fails', async () => {
    const kept = new Map<string, unknown>();
    const errors: unknown[] = [];
    const log = { error: (_: string, error: unknown) => void errors.push(error) };
    const globalState = {
      get: <T>(key: string, usual?: T) => (kept.get(key) ?? usual) as T,
      update: async (key: string, value: unknown) => {
        if (kept.has(key)) {
          throw new Error('The disk is full.');
        }
        kept.set(key, value);
      },
    };
    const create = () => createPromptTokens({ globalState }, log);
    const prompt = {
      model: 'm',
      system: '',
      tools: [],
      messages: [userText('discount '.repeat(2_000))],
    };
    const other = { ...prompt, messages: [userText('discount '.repeat(2_000))] };

    const first = create();
    await first.load();
    const before = first.estimatePromptTokens(prompt);
    first.learn(prompt, Math.round(before * 0.8));
    const learned = first.estimatePromptTokens(other);
    assert.ok(learned < before);

    const second = create();
    await second.load();
    assert.equal(second.estimatePromptTokens(other), learned);
    second.learn(prompt, Math.round(before * 0.8));
    await Promise.resolve();
    await Promise.resolve();
    assert.equal(errors.length, 1);
  });
});

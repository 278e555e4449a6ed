import assert from 'node:assert/strict';
import type { ContextUsage, Fit } from '../../../../src/core/context/contextWindow.ts';
import { fitNotes } from '../../../../src/core/context/fitNotes.ts';

const usage: ContextUsage = {
  parts: { system: 0, tools: 0, instructions: 0, files: 0, history: 0, reserve: 0 },
  total: 120_000,
  limit: 1_000_000,
  isEstimate: true,
  isLimitAssumed: false,
};
const plain: Extract<Fit, { kind: 'fits' }> = {
  kind: 'fits',
  messages: [],
  maxOutputTokens: 32_000,
  usage,
  leftOut: [],
  fill: 0.1,
};
const input = { maxOutputTokens: 32_000, model: { id: 'm', name: 'Claude Haiku 5.5' } };

describe('what is told of a fitted prompt', () => {
  it('is nothing where nothing was decided', () => {
    assert.deepEqual(fitNotes(plain, input), []);
  });

  it('is each decision in a sentence', () => {
    const fit = {
      ...plain,
      maxOutputTokens: 5_000,
      leftOut: [{ kind: 'turns', count: 12, tokens: 31_000 }] as const,
      usage: { ...usage, softLimit: 100_000, isEstimate: false, isLimitAssumed: true },
    };
    assert.deepEqual(fitNotes(fit, input), [
      'Left out 12 turns, about 31,000 tokens: no room for them.',
      'The answer gets at most 5,000 tokens: the window leaves no more.',
      'Above 100,000 tokens each token of Claude Haiku 5.5 costs more.',
      'The server does not tell its window: 1,000,000 tokens are assumed.',
      'Close to a limit: the provider counted 120,000 tokens.',
    ]);
  });
});

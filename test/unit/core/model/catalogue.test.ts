import assert from 'node:assert/strict';
import { costUsd, loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import { noUsage, type Usage } from '../../../../src/core/model/message.ts';
import { knownModels } from '../../../support/messagesServerModels.ts';

const catalogue = await loadCatalogue();

function cost(model: string, usage: Partial<Usage>): number | undefined {
  return costUsd({ ...noUsage, ...usage }, catalogue.find(model));
}

function near(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-9, `${actual} ≈ ${expected}`);
}

describe('The model catalogue', () => {
  it('says where its figures come from, and when', () => {
    assert.match(catalogue.asOf, /^\d{4}-\d{2}-\d{2}$/);
    assert.ok(catalogue.source.length > 20);
  });

  it('has its default model', () => {
    assert.equal(catalogue.defaultModel, 'claude-sonnet-5-5');
    assert.ok(catalogue.find(catalogue.defaultModel));
  });

  it('names each model once', () => {
    const ids = catalogue.models.map((model) => model.id);
    assert.equal(new Set(ids).size, ids.length);
  });

  for (const known of knownModels) {
    it(`agrees with the API on ${known.id}`, () => {
      const model = catalogue.find(known.id);
      assert.ok(model);
      assert.equal(model.contextTokens, known.contextTokens);
      assert.equal(model.maxOutputTokens, known.maxOutputTokens);
      assert.equal(model.effortLevels.length > 0, known.acceptsEffort);
      assert.deepEqual([...model.thinking].sort(), [...known.thinking].sort());
      assert.equal(model.thinksByDefault, known.thinksByDefault);
      assert.equal(model.minCacheableTokens, known.minCacheTokens);
      assert.equal(model.acceptsForcedTools, known.acceptsForcedTools);
    });
  }

  it('prices cache reads below input, and writes above it', () => {
    for (const { id, usdPerMillionTokens: prices } of catalogue.models) {
      assert.ok(prices);
      near(prices.cacheWriteOneHour, prices.input * 2);
      assert.ok(prices.cacheRead < prices.input && prices.input < prices.cacheWrite, id);
      near(prices.cacheWrite, prices.input * 1.25);
    }
  });

  it('finds a dated id and does not find others', () => {
    assert.equal(catalogue.find('claude-haiku-4-5-20251001')?.id, 'claude-haiku-4-5');
    assert.equal(catalogue.find('qwen3-coder:30b'), undefined);
    assert.equal(catalogue.find(''), undefined);
  });
});

describe('costUsd', () => {
  it('adds what each kind of token costs', () => {
    near(cost('claude-sonnet-5-5', { inputTokens: 1_000_000 }), 2);
    near(cost('claude-sonnet-5-5', { outputTokens: 1_000_000 }), 10);
    near(cost('claude-sonnet-5-5', { cacheWriteTokens: 1_000_000 }), 2.5);
    near(cost('claude-sonnet-5-5', { cacheReadTokens: 1_000_000 }), 0.1);
    near(cost('claude-opus-5-5', { inputTokens: 1_000, outputTokens: 500 }), 0.014);
  });

  it('does not count thinking twice: it is output', () => {
    near(cost('claude-sonnet-5-5', { outputTokens: 100, thinkingTokens: 80 }), 0.001);
  });

  it('takes the higher card for every token of a long prompt on Haiku 5.5', () => {
    const atLimit = { inputTokens: 10_000, cacheReadTokens: 80_000, cacheWriteTokens: 10_000 };
    near(cost('claude-haiku-5-5', { ...atLimit, outputTokens: 1_000 }), 0.00355);
    const above = { ...atLimit, inputTokens: 10_001 };
    near(cost('claude-haiku-5-5', { ...above, outputTokens: 1_000 }), 0.0177505);
  });

  it('invents no price', () => {
    assert.equal(cost('qwen3-coder:30b', { inputTokens: 1_000 }), undefined);
  });
});

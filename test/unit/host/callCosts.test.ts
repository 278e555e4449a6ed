import assert from 'node:assert/strict';
import { toDisposable } from '../../../src/base/lifecycle.ts';
import { LiveCatalogue } from '../../../src/core/model/liveCatalogue.ts';
import { noUsage } from '../../../src/core/model/message.ts';
import type { Settings } from '../../../src/core/settings.ts';
import { type SettingValues, settingDefinitions } from '../../../src/core/settings.ts';
import { callCostUsd } from '../../../src/host/callCosts.ts';
import { shipped } from '../core/model/router/routerKit.ts';

const usage = { ...noUsage, inputTokens: 1_000_000, outputTokens: 100_000 };

function check(model: string, set: Partial<SettingValues>, expected: number | undefined): void {
  const settings: Settings = {
    get: (key) => set[key] ?? settingDefinitions[key].default,
    onDidChange: () => toDisposable(() => undefined),
  };
  const catalogue = new LiveCatalogue(shipped);
  catalogue.setPrices(settings.get('prices'));
  const cost = callCostUsd(usage, model, { catalogue, settings });
  assert.equal(cost === undefined ? undefined : Number(cost.toFixed(6)), expected);
}

describe('What a call cost', () => {
  it('follows the catalogue', () => {
    check('claude-opus-5-5', {}, 6);
    // Above 100,000 tokens all of it costs five times as much.
    check('claude-haiku-5-5', {}, 0.75);
  });

  it('is nothing without a model', () => check('offline', {}, 0));

  it('is not known of a model without a price', () => check('qwen3-coder:30b', {}, undefined));

  it('is not known where an answer came faster for more, unless the user knows', () => {
    check('claude-opus-5-5', { speed: 'fast' }, undefined);
    const prices = { 'claude-opus-5-5': { input: 8, output: 40 } };
    check('claude-opus-5-5', { speed: 'fast', prices }, 12);
  });

  it('stays as it is for models that have no faster mode', () =>
    check('claude-sonnet-5-5', { speed: 'fast' }, 3));
});

import assert from 'node:assert/strict';
import { toDisposable } from '../../../src/base/lifecycle.ts';
import type { ModelProfile } from '../../../src/core/agent/threadParts.ts';
import type { Connection } from '../../../src/core/model/connection.ts';
import { LiveCatalogue } from '../../../src/core/model/liveCatalogue.ts';
import { retirementOf } from '../../../src/core/model/retirement.ts';
import { settingDefinitions } from '../../../src/core/settings.ts';
import { ModelChoice } from '../../../src/host/modelChoice.ts';
import { shipped } from '../core/model/router/routerKit.ts';

const anthropic: Connection = { kind: 'anthropic', endpoint: 'https://api.example' };
const local: Connection = { kind: 'compatible', endpoint: 'http://127.0.0.1:11434' };

/** Of December 2030: whatever has a date for its end is gone. */
const wallTime = Date.UTC(2030, 11, 1);

async function chosen(connection: Connection, setting: string): Promise<ModelProfile> {
  const nothing = toDisposable(() => undefined);
  const catalogue = new LiveCatalogue(shipped);
  const choice = new ModelChoice({
    settings: {
      get: (key) => (key === 'model' ? (setting as never) : settingDefinitions[key].default),
      onDidChange: () => nothing,
    },
    connection: { current: async () => connection, onDidChange: () => nothing },
    server: { listModels: async () => ['qwen3-coder:30b'] },
    editorModels: { list: async () => [], onDidChange: () => nothing },
    catalogue: async () => catalogue,
    replacementOf: async (model) => retirementOf(catalogue, model, wallTime),
  });
  try {
    return await choice.current();
  } finally {
    choice.dispose();
  }
}

describe('ModelChoice', () => {
  it('leaves the model of each task to Slipstream where nothing is set, at Anthropic only', async () => {
    const profile = await chosen(anthropic, '');
    assert.equal(profile.isAutomatic, true);
    assert.equal(profile.name, 'Automatic');
    assert.equal(profile.id, 'claude-sonnet-5-5');
    assert.equal(profile.contextWindow, 1_000_000);
    assert.deepEqual(await chosen(local, ''), { id: 'qwen3-coder:30b', name: 'qwen3-coder:30b' });
    assert.equal((await chosen({ kind: 'offline' }, '')).isAutomatic, undefined);
  });

  it('takes the user’s word, known to the catalogue or not', async () => {
    assert.equal((await chosen(anthropic, 'claude-opus-5-5')).name, 'Claude Opus 5.5');
    assert.equal((await chosen(anthropic, 'claude-opus-5-5')).isAutomatic, undefined);
    assert.equal((await chosen(anthropic, 'claude-next')).id, 'claude-next');
    assert.equal((await chosen(local, 'claude-sonnet-4')).id, 'claude-sonnet-4');
  });

  it('asks what stands in for a retired model', async () => {
    assert.equal((await chosen(anthropic, 'claude-opus-4-20250514')).id, 'claude-opus-5-5');
    assert.equal((await chosen(anthropic, 'claude-sonnet-4-5')).id, 'claude-sonnet-5-5');
  });
});

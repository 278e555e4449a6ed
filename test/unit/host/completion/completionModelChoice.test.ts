import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/emitter.ts';
import { toError, UserError } from '../../../../src/base/errors.ts';
import { loadCatalogue } from '../../../../src/core/model/catalogue.ts';
import { LiveCatalogue } from '../../../../src/core/model/liveCatalogue.ts';
import { type SettingValues, settingDefinitions } from '../../../../src/core/settings.ts';
import { CompletionModelChoice } from '../../../../src/host/completion/completionModelChoice.ts';

type Kind = 'anthropic' | 'compatible' | 'editor' | 'offline';

describe('CompletionModelChoice', () => {
  let values: Partial<SettingValues>;
  let kind: Kind;
  let changes: Emitter<void>;
  let current: () => Promise<{ id: string; name: string }>;
  let choice: CompletionModelChoice;
  beforeEach(async () => {
    values = {};
    kind = 'anthropic';
    changes = new Emitter();
    current = async () => ({ id: 'local-coder', name: 'Local Coder' });
    const catalogue = new LiveCatalogue(await loadCatalogue());
    choice = new CompletionModelChoice({
      settings: {
        get: (key) => values[key] ?? settingDefinitions[key].default,
        onDidChange: () => ({ dispose: () => undefined }),
      },
      models: {
        connection: { current: async () => connectionOf(kind) },
        choice: { current: () => current(), onDidChange: changes.event },
        catalogue: async () => catalogue,
        retirements: { replacementOf: async () => undefined },
        editorModels: {
          list: async () => [{ id: 'copilot-mini', name: 'Mini' }],
        },
      },
      onProblem: (error) => assert.fail(toError(error)),
    });
  });
  afterEach(() => choice.dispose());

  it('is the quickest at Anthropic, and may be routed among its kind', async () => {
    await check({ id: 'claude-haiku-5-5', isAutomatic: true });
  });

  it('is the one that the user pins, unless it would answer too late', async () => {
    values = { 'completion.model': 'claude-sonnet-5-5' };
    await check({ id: 'claude-sonnet-5-5', isAutomatic: false });
    for (const id of ['claude-opus-5-5', 'claude-fable-5-2']) {
      values = { 'completion.model': id };
      await check({ id: 'claude-haiku-5-5', isAutomatic: true });
      const { state } = choice;
      assert.match(state.kind === 'model' ? (state.note ?? '') : '', /would answer too late/);
    }
  });

  it('is none where the user allows only models that are too slow', async () => {
    values = { 'routing.models': ['claude-opus-5-5'] };
    await check(undefined);
    values = { 'routing.models': ['claude-opus-5-5', 'claude-sonnet-5-5'] };
    await check({ id: 'claude-sonnet-5-5', isAutomatic: true });
  });

  it('is the chat’s on a local server, or the one that the user names', async () => {
    kind = 'compatible';
    await check({ id: 'local-coder', isAutomatic: false });
    values = { 'completion.model': 'small-coder' };
    await check({ id: 'small-coder', isAutomatic: false });
  });

  it('is none of VS Code’s own, unless the user names one that there is', async () => {
    kind = 'editor';
    await check(undefined);
    values = { 'completion.model': 'copilot-mini' };
    await check({ id: 'copilot-mini', isAutomatic: false });
    values = { 'completion.model': 'other' };
    await check(undefined);
  });

  it('is none offline, and where a server does not answer, with the reason', async () => {
    kind = 'offline';
    await check(undefined);
    assert.deepEqual(choice.state, {
      kind: 'offline',
      reason: 'No model is connected.',
      change: 'The commands Set API key and Use a local server connect one.',
    });
    kind = 'compatible';
    current = () => Promise.reject(new UserError('The server does not answer.'));
    await check(undefined);
    assert.deepEqual(choice.state, { kind: 'offline', reason: 'The server does not answer.' });
  });

  it('follows what changes, and tells of it', async () => {
    let told = 0;
    choice.onDidChange(() => {
      told += 1;
    });
    await choice.refresh();
    kind = 'offline';
    changes.fire();
    while (told < 2) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(choice.model, undefined);
  });

  async function check(model: CompletionModelChoice['model']): Promise<void> {
    await choice.refresh();
    assert.deepEqual(choice.model, model);
  }
});

function connectionOf(kind: Kind) {
  return kind === 'anthropic' || kind === 'compatible'
    ? { kind, endpoint: 'https://a.example' }
    : { kind };
}

import assert from 'node:assert/strict';
import {
  type CompletionFacts,
  completionState,
} from '../../../../src/host/completion/completionState.ts';

const usual: CompletionFacts = {
  isEnabled: true,
  snoozedUntil: undefined,
  offHere: undefined,
  languageId: 'yaml',
  model: { kind: 'model', name: 'Claude Haiku 5.5' },
  isLocal: true,
  isAsking: false,
  failure: undefined,
};

describe('The state of completions', () => {
  it('is told in the order of what the user can do about it', () => {
    const failure = { kind: 'server', message: 'The server is down.', canRetry: true } as const;
    check({}, 'ready', 'Completions are on, by Claude Haiku 5.5.');
    check({ model: { kind: 'unknown' } }, 'ready', 'Completions are on.');
    check({ failure }, 'error', 'The server is down.');
    check({ failure, isAsking: true }, 'asking', 'A completion is being asked for.');
    check({ failure: { ...failure, kind: 'overBudget' } }, 'overBudget', 'The server is down.');
    const offline = { kind: 'offline', reason: 'No model is connected.' } as const;
    check(
      { model: offline, isAsking: true },
      'offline',
      'No model is connected. This machine completes what repeats itself in your files.',
    );
    check(
      { model: offline, isLocal: false },
      'offline',
      'No model is connected. Nothing is completed.',
    );
    check(
      { offHere: 'language', model: offline },
      'off',
      'Completions are off for the language yaml.',
    );
    check(
      { offHere: 'file' },
      'off',
      'Completions are off for this file until the window is closed.',
    );
    check(
      { snoozedUntil: 5, offHere: 'kind' },
      'snoozed',
      'Completions are snoozed until 5 o’clock.',
    );
    check({ isEnabled: false, snoozedUntil: 5 }, 'off', 'Completions are off.');
  });

  it('says why a model that the user named is not asked', () => {
    const note = 'Claude Opus 5.5 would answer too late and is not asked.';
    check(
      { model: { kind: 'model', name: 'Claude Haiku 5.5', note } },
      'ready',
      `Completions are on, by Claude Haiku 5.5. ${note}`,
    );
  });
});

function check(facts: Partial<CompletionFacts>, kind: string, text: string): void {
  const state = completionState({ ...usual, ...facts }, (time) => `${time} o’clock`);
  assert.deepEqual([state.kind, state.text], [kind, text]);
}

import assert from 'node:assert/strict';
import { type SettingValues, settingDefinitions } from '../../../../src/core/settings.ts';
import { CompletionSwitches } from '../../../../src/host/completion/completionSwitches.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

describe('CompletionSwitches', () => {
  let values: Partial<SettingValues>;
  let clock: FakeClock;
  let changes: number;
  let switches: CompletionSwitches;
  beforeEach(() => {
    values = {};
    clock = new FakeClock();
    changes = 0;
    switches = new CompletionSwitches(
      {
        get: (key) => values[key] ?? settingDefinitions[key].default,
        onDidChange: () => ({ dispose: () => undefined }),
      },
      clock,
    );
    switches.onDidChange(() => {
      changes += 1;
    });
  });
  afterEach(() => switches.dispose());

  it('are on for code, and off for prose unless the user wants it', () => {
    assert.equal(switches.isOn(document('python')), true);
    assert.equal(switches.isOn(document('markdown')), false);
    values = { 'completion.languages': { markdown: true, '*': false } };
    assert.equal(switches.isOn(document('markdown')), true);
    assert.equal(switches.isOn(document('python')), false);
    values = { 'completion.languages': {} };
    assert.equal(switches.isOn(document('constructor')), true, 'a name of every object');
    values = { 'completion.enabled': false };
    assert.equal(switches.isOn(document('python')), false);
  });

  it('are on in files, new documents and cells, and in nothing that only looks like one', () => {
    for (const scheme of ['file', 'untitled', 'vscode-notebook-cell']) {
      assert.equal(switches.offHere(document('python', `${scheme}:/a`)), undefined);
    }
    for (const scheme of [
      'slipstream-report',
      'slipstream-preview',
      'git',
      'output',
      'vscode-scm',
    ]) {
      assert.equal(switches.offHere(document('python', `${scheme}:/a`)), 'kind');
    }
  });

  it('turn one file off and on again', () => {
    switches.toggleFile(document('python'));
    assert.equal(switches.offHere(document('python')), 'file');
    assert.equal(switches.offHere(document('python', 'file:///b')), undefined);
    switches.toggleFile(document('python'));
    assert.equal(switches.isOn(document('python')), true);
    assert.equal(changes, 2);
  });

  it('snooze for a while, and end that by themselves or by hand', async () => {
    switches.snoozeFor(60_000);
    assert.equal(switches.isOn(document('python')), false);
    assert.equal(switches.snoozedUntil, clock.wallTime() + 60_000);
    await clock.advance(60_000);
    assert.equal(switches.isOn(document('python')), true);
    switches.snoozeFor(60_000);
    switches.snoozeFor(120_000);
    await clock.advance(60_000);
    assert.equal(switches.isOn(document('python')), false, 'the longer one counts');
    switches.snoozeFor(0);
    assert.equal(switches.isOn(document('python')), true);
    assert.equal(clock.pendingTimers, 0);
  });
});

function document(languageId: string, uri = 'file:///a') {
  return { languageId, uri: { scheme: uri.slice(0, uri.indexOf(':')), toString: () => uri } };
}

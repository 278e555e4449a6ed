import assert from 'node:assert/strict';
import { UserError } from '../../../src/base/errors.ts';
import { ResourceManager } from '../../../src/base/lifecycle.ts';
import { repeatAfterMs, SaveProblems } from '../../../src/host/saveProblems.ts';
import { FakeClock } from '../../support/fakeClock.ts';

describe('Problems with keeping the conversation', () => {
  const full = new UserError('The disk is full.');
  const conflict = new UserError('Continued in another window.');
  let clock: FakeClock;
  let resources: ResourceManager;
  let told: unknown[];
  let problems: SaveProblems;

  beforeEach(() => {
    clock = new FakeClock();
    resources = new ResourceManager('test');
    told = [];
    const notifications = { report: (_: string, error: unknown) => told.push(error) };
    problems = new SaveProblems({ clock, notifications, resources });
  });

  afterEach(() => resources.dispose());

  it('are told once, however many writes they fail', () => {
    for (let write = 0; write < 500; write += 1) {
      problems.report(full);
    }
    problems.report(new UserError(full.message));
    assert.deepEqual(told, [full]);
  });

  it('are each told, also where they alternate', () => {
    for (const error of [full, conflict, full, conflict]) {
      problems.report(error);
    }
    assert.deepEqual(told, [full, conflict]);
  });

  it('are told again where they last', async () => {
    problems.report(full);
    await clock.advance(repeatAfterMs - 1);
    problems.report(full);
    assert.equal(told.length, 1);
    await clock.advance(1);
    problems.report(full);
    problems.report(full);
    assert.equal(told.length, 2);
  });

  it('are not told once the extension has ended', () => {
    resources.dispose();
    problems.report(full);
    assert.deepEqual(told, []);
  });

  it('are told where something was thrown that is no error', () => {
    problems.report('odd');
    assert.deepEqual(told, ['odd']);
  });
});

import assert from 'node:assert/strict';
import type { TeamState } from '../../../../src/core/team/teamSync.ts';
import { teamStatus } from '../../../../src/host/team/teamStatus.ts';

describe('how it stands with the team', () => {
  function check(state: Partial<TeamState>, label: string, text: RegExp, isWarning = false): void {
    const full: TeamState = { kind: 'connected', reason: '', waiting: 0, ...state };
    const status = teamStatus(full, 'db.example.com');
    assert.equal(status.label, label);
    assert.match(status.text, text);
    assert.equal(status.isWarning, isWarning);
  }

  it('is quiet while connected', () =>
    check({}, '$(organization)', /^Connected to db\.example\.com\.$/));
  it('is as quiet while something is on its way', () =>
    check({ waiting: 2 }, '$(organization)', /^2 changes on the way/));
  it('says that one can go on while the server is away', () =>
    check(
      { kind: 'away' },
      '$(organization) $(debug-disconnect)',
      /does not answer\. You can go on\./,
    ));
  it('counts what waits meanwhile', () => {
    check({ kind: 'away', waiting: 1 }, '$(organization) 1', /1 change waits here/);
    check({ kind: 'away', waiting: 12 }, '$(organization) 12', /12 changes wait here/);
  });
  it('warns only where something is to be done, and says what', () =>
    check(
      { kind: 'refused', reason: 'The password is wrong. Enter it again.', waiting: 3 },
      '$(organization) $(warning)',
      /^The password is wrong\. Enter it again\.$/,
      true,
    ));
});

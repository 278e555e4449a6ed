import assert from 'node:assert/strict';
import { type TeamFacts, teamFindings } from '../../../../src/core/alerts/teamWatch.ts';

const quiet: TeamFacts = {
  server: { kind: 'connected', reason: '' },
  tiers: [
    { name: 'redis', rejected: 0 },
    { name: 'http', rejected: 0 },
  ],
};

describe('Looking at a team’s servers', () => {
  it('finds nothing without a team, while all is well, and while the database is away', () => {
    assert.deepEqual(teamFindings({ server: undefined, tiers: [] }, 1), []);
    assert.deepEqual(teamFindings(quiet, 1), []);
    const away = { kind: 'away', reason: 'It does not answer.' } as const;
    assert.deepEqual(teamFindings({ ...quiet, server: away }, 1), []);
  });

  it('finds answers that nobody of the team wrote, for each cache apart', () => {
    const findings = teamFindings(
      {
        ...quiet,
        tiers: [
          { name: 'redis', rejected: 1 },
          { name: 'http', rejected: 3 },
        ],
      },
      1,
    );
    assert.deepEqual(
      findings.map(({ subject, severity, title }) => [subject, severity, title]),
      [
        ['redis', 'error', '1 shared answer is not your team’s'],
        ['http', 'error', '3 shared answers are not your team’s'],
      ],
    );
    assert.match(findings[0]?.detail ?? '', /What Redis gave .* was not used/);
  });

  it('lets the user say from how many on', () => {
    const tiers = [{ name: 'redis', rejected: 4 }] as const;
    assert.deepEqual(teamFindings({ ...quiet, tiers }, 5), []);
    assert.equal(teamFindings({ ...quiet, tiers }, 4).length, 1);
  });

  it('warns where the database refuses, with what to do', () => {
    const server = { kind: 'refused', reason: 'The password is wrong.' } as const;
    const [finding] = teamFindings({ ...quiet, server }, 1);
    assert.equal(finding?.severity, 'warning');
    assert.match(finding?.detail ?? '', /^The password is wrong\. Threads are kept/);
  });
});

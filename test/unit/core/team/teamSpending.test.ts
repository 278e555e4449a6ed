import assert from 'node:assert/strict';
import type { MemberSpending } from '../../../../src/core/team/teamServer.ts';
import { TeamSpending } from '../../../../src/core/team/teamSpending.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';

describe('the spending of a team', () => {
  const rows: readonly MemberSpending[] = [{ member: 'anna', calls: 3, usd: 1.5 }];

  it('is asked for once a minute, and nobody waits for it', async () => {
    const clock = new FakeClock();
    const asked: string[] = [];
    const server = {
      spending: async (month: string) => {
        asked.push(month);
        return rows;
      },
    };
    const spending = new TeamSpending(server, clock);
    assert.equal(spending.current(), undefined);
    await settle();
    assert.deepEqual(spending.current(), rows);
    assert.equal(asked.length, 1);
    await clock.advance(60_000);
    spending.current();
    assert.deepEqual(asked, ['2030-01', '2030-01']);
  });

  it('stays as it was while the server is away', async () => {
    const clock = new FakeClock();
    let isAway = false;
    const server = { spending: async () => (isAway ? Promise.reject(new Error('away')) : rows) };
    const spending = new TeamSpending(server, clock);
    spending.current();
    await settle();
    isAway = true;
    await clock.advance(60_000);
    assert.deepEqual(spending.current(), rows);
    await settle();
    assert.deepEqual(spending.current(), rows);
  });
});

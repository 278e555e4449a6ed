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

  it('is what the server says to whoever waits, and asked for once by all of them', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const server = {
      spending: async () => {
        asked += 1;
        return rows;
      },
    };
    const spending = new TeamSpending(server, clock);
    spending.current();
    assert.deepEqual(await Promise.all([spending.read(2_000), spending.read(2_000)]), [rows, rows]);
    assert.equal(asked, 1);
    assert.equal(clock.pendingTimers, 0);
  });

  it('is not waited for longer than is said', async () => {
    const clock = new FakeClock();
    const spending = new TeamSpending({ spending: () => new Promise(() => undefined) }, clock);
    let found: unknown = 'waiting';
    const reading = spending.read(2_000).then((rows) => {
      found = rows;
    });
    await clock.advance(1_999);
    assert.equal(found, 'waiting');
    await clock.advance(1);
    await reading;
    assert.equal(found, undefined);
  });

  it('is not known to whoever waits while the server is away, and asked for again at once', async () => {
    let isAway = false;
    const server = { spending: async () => (isAway ? Promise.reject(new Error('away')) : rows) };
    const clock = new FakeClock();
    const spending = new TeamSpending(server, clock);
    assert.deepEqual(await spending.read(2_000), rows);
    await clock.advance(60_000);
    isAway = true;
    assert.equal(await spending.read(2_000), undefined);
    isAway = false;
    assert.deepEqual(await spending.read(2_000), rows);
  });
});

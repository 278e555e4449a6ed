import assert from 'node:assert/strict';
import { ReplicaLag } from '../../../../../src/core/store/postgres/replicaLag.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';

describe('ReplicaLag', () => {
  let clock: FakeClock;
  let primaryAt: number;
  let replicaAt: number;
  let asked: number;
  let isAway: boolean;
  let lag: ReplicaLag;

  beforeEach(() => {
    clock = new FakeClock();
    primaryAt = 0;
    replicaAt = 0;
    asked = 0;
    isAway = false;
    lag = new ReplicaLag({
      clock,
      readPosition: async () => {
        asked += 1;
        return `${primaryAt}`;
      },
      hasReached: async (position) => {
        if (isAway) {
          throw new Error('away');
        }
        return replicaAt >= Number(position);
      },
    });
  });

  const write = (): void => {
    primaryAt += 1;
    lag.noteSeen();
  };

  it('lets reads go to the replica at once while nothing was written', () => {
    assert.equal(lag.mayRead(), true);
    assert.equal(asked, 0);
  });

  it('keeps reads away until the replica has what was written', async () => {
    write();
    assert.equal(lag.mayRead(), false);
    await clock.advance(60);
    assert.equal(lag.mayRead(), false);
    await clock.advance(0);
    replicaAt = 1;
    await clock.advance(60);
    assert.equal(lag.mayRead(), false);
    await clock.advance(0);
    assert.equal(lag.mayRead(), true);
  });

  it('is not fooled by a write that comes while it asks', async () => {
    write();
    replicaAt = 1;
    lag.mayRead();
    write();
    await clock.advance(0);
    assert.equal(lag.mayRead(), false);
  });

  it('asks at most every 50 ms, however often somebody reads', async () => {
    write();
    for (let n = 0; n < 100; n += 1) {
      lag.mayRead();
      await clock.advance(1);
    }
    assert.equal(asked, 2);
  });

  it('leaves a replica alone that is away, and reads from it again once it has caught up', async () => {
    lag.noteAway();
    await clock.advance(9_000);
    assert.equal(lag.mayRead(), false);
    assert.equal(asked, 0);
    isAway = true;
    await clock.advance(1_000);
    lag.mayRead();
    await clock.advance(9_000);
    lag.mayRead();
    assert.equal(asked, 1);
    isAway = false;
    await clock.advance(1_000);
    lag.mayRead();
    await clock.advance(0);
    assert.equal(lag.mayRead(), true);
  });
});

import assert from 'node:assert/strict';
import { Lease } from '../../../../src/core/team/lease.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { createTestStore, type TestStore } from '../store/testStore.ts';

describe('a lease', () => {
  let test: TestStore;
  let one: Lease;
  let other: Lease;

  beforeEach(async () => {
    test = await createTestStore();
    one = new Lease(test.connection, test.clock, 'outbox', 'one');
    other = new Lease(test.connection, test.clock, 'outbox', 'other');
  });

  afterEach(() => test.dispose());

  it('is held by one at a time, and taken again by whoever has it', () => {
    assert.equal(one.take(), true);
    assert.equal(other.take(), false);
    assert.equal(one.take(), true);
    one.release();
    assert.equal(other.take(), true);
  });

  it('is lost after a while by a window that is gone', async () => {
    const gone = new Lease(test.connection, new FakeClock(test.clock.wallTime()), 'outbox', 'gone');
    gone.take();
    await test.clock.advance(14_000);
    assert.equal(other.take(), false);
    await test.clock.advance(1_000);
    assert.equal(other.take(), true);
  });

  it('is kept for as long as its window has it', async () => {
    one.take();
    await test.clock.advance(60_000);
    assert.equal(other.take(), false);
    one.release();
    await test.clock.advance(60_000);
    assert.equal(other.take(), true);
  });

  it('runs out where the store can no longer be written', async () => {
    one.take();
    test.connection.database.run('ALTER TABLE team_leases RENAME TO elsewhere');
    await test.clock.advance(10_000);
    test.connection.database.run('ALTER TABLE elsewhere RENAME TO team_leases');
    await test.clock.advance(10_000);
    assert.equal(other.take(), true);
  });

  it('is released by its holder alone', () => {
    one.take();
    other.release();
    assert.equal(other.take(), false);
  });

  it('can be taken where the clock was put back since', () => {
    one.take();
    test.connection.database.run('UPDATE team_leases SET expires_at = expires_at + 3600000');
    assert.equal(other.take(), true);
  });
});

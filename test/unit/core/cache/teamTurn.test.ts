import assert from 'node:assert/strict';
import type { TierLease } from '../../../../src/core/cache/remoteTier.ts';
import { maxTeamWaitMs, takeTeamTurn } from '../../../../src/core/cache/teamTurn.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

describe('Whose turn it is to ask', () => {
  let clock: FakeClock;
  let released: number;
  const ours: TierLease = {
    release: () => {
      released += 1;
    },
  };

  beforeEach(() => {
    clock = new FakeClock();
    released = 0;
  });

  /** @param leases What the tier says, one after the other; the last one for ever. */
  function take(
    leases: readonly (TierLease | 'taken' | undefined)[],
    look: () => string | undefined = () => undefined,
    signal = new AbortController().signal,
  ) {
    let at = 0;
    const lease = async (): Promise<TierLease | 'taken' | undefined> =>
      leases[Math.min(at++, leases.length - 1)];
    return takeTeamTurn('key', { remote: { lease }, clock, signal, look: async () => look() });
  }

  it('is ours at once where nobody asks, and is given up once', async () => {
    const turn = await take([ours]);
    assert.ok(turn.kind === 'ask');
    turn.end();
    turn.end();
    assert.equal(released, 1);
  });

  it('is ours where the tier cannot say', async () => {
    const turn = await take([undefined]);
    assert.ok(turn.kind === 'ask');
    turn.end();
    assert.equal(released, 0);
  });

  it('waits for what somebody else gets', async () => {
    let found: string | undefined;
    const taking = take(['taken'], () => found);
    await clock.advance(500);
    found = 'theirs';
    await clock.advance(400);
    assert.deepEqual(await taking, { kind: 'found', hit: 'theirs' });
    assert.equal(clock.pendingTimers, 0);
  });

  it('is over at once where the answer came between the look and the turn', async () => {
    assert.deepEqual(await take([ours], () => 'theirs'), { kind: 'found', hit: 'theirs' });
    assert.equal(released, 1);
  });

  it('passes on where the other one failed or died', async () => {
    const taking = take(['taken', 'taken', ours]);
    await clock.advance(200);
    assert.equal((await taking).kind, 'ask');
  });

  it('waits no longer than it says', async () => {
    const taking = take(['taken']);
    let isOver = false;
    taking.then(
      () => {
        isOver = true;
      },
      () => undefined,
    );
    await clock.advance(maxTeamWaitMs - 1);
    assert.equal(isOver, false);
    await clock.advance(1);
    assert.equal((await taking).kind, 'ask');
  });

  it('waits no longer than somebody wants it', async () => {
    const stop = new AbortController();
    const taking = take(['taken'], () => undefined, stop.signal);
    await clock.advance(10);
    stop.abort();
    assert.equal((await taking).kind, 'ask');
    assert.equal(clock.pendingTimers, 0);
  });
});

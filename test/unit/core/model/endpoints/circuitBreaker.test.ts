import assert from 'node:assert/strict';
import { CircuitBreaker } from '../../../../../src/core/model/endpoints/circuitBreaker.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';

function opened(): { clock: FakeClock; breaker: CircuitBreaker } {
  const clock = new FakeClock();
  const breaker = new CircuitBreaker(clock);
  breaker.failed();
  breaker.failed();
  assert.equal(breaker.state, 'closed');
  breaker.failed();
  return { clock, breaker };
}

describe('The circuit breaker', () => {
  it('opens after three failures in a row, not after three in all', () => {
    const { breaker } = opened();
    assert.equal(breaker.state, 'open');
    assert.equal(breaker.waitMs, 5_000);
    const mixed = new CircuitBreaker(new FakeClock());
    for (let round = 0; round < 5; round += 1) {
      mixed.failed();
      mixed.failed();
      mixed.succeeded();
    }
    assert.equal(mixed.state, 'closed');
  });

  it('lets one probe through, and closes where it succeeds', async () => {
    const { clock, breaker } = opened();
    await clock.advance(4_999);
    breaker.tried();
    assert.equal(breaker.state, 'open', 'not due yet');
    await clock.advance(1);
    assert.equal(breaker.waitMs, 0);
    breaker.tried();
    assert.equal(breaker.state, 'halfOpen');
    assert.ok(breaker.waitMs > 0, 'one probe at a time');
    breaker.succeeded();
    assert.equal(breaker.state, 'closed');
    assert.equal(breaker.waitMs, 0);
  });

  it('waits twice as long after each probe that fails, up to five minutes', async () => {
    const { clock, breaker } = opened();
    const waits: number[] = [];
    for (let probe = 0; probe < 8; probe += 1) {
      await clock.advance(breaker.waitMs);
      breaker.tried();
      breaker.failed();
      waits.push(breaker.waitMs);
    }
    assert.deepEqual(
      waits.map((waitMs) => waitMs / 1_000),
      [10, 20, 40, 80, 160, 300, 300, 300],
    );
  });

  it('is not held open for longer by what was under way when it opened', () => {
    const { breaker } = opened();
    breaker.failed();
    breaker.failed();
    assert.equal(breaker.waitMs, 5_000);
  });

  it('lets another probe through where the end of one is never told', async () => {
    const { clock, breaker } = opened();
    await clock.advance(5_000);
    breaker.tried();
    await clock.advance(5_000);
    assert.equal(breaker.waitMs, 0);
    breaker.tried();
    breaker.succeeded();
    assert.equal(breaker.state, 'closed');
  });
});

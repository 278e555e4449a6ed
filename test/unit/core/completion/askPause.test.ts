import assert from 'node:assert/strict';
import { AskPause } from '../../../../src/core/completion/askPause.ts';
import type { ModelFailure } from '../../../../src/core/model/request.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

describe('AskPause', () => {
  let clock: FakeClock;
  let pause: AskPause;
  beforeEach(() => {
    clock = new FakeClock();
    pause = new AskPause(clock);
  });

  it('gets longer with each failure, up to a minute, and begins anew after a success', async () => {
    assert.equal(await pauseAfter({}), 2_000);
    assert.equal(await pauseAfter({}), 4_000);
    for (let count = 0; count < 10; count += 1) {
      assert.ok((await pauseAfter({})) <= 60_000);
    }
    assert.equal(await pauseAfter({}), 60_000);
    pause.end();
    assert.equal(pause.failure, undefined);
    assert.equal(await pauseAfter({}), 2_000);
  });

  it('is as long as the provider asks', async () => {
    assert.equal(await pauseAfter({ kind: 'rateLimited', retryAfterMs: 90_000 }), 90_000);
  });

  it('is longer for what only the user can change', async () => {
    assert.equal(await pauseAfter({ kind: 'overBudget' }), 300_000);
    assert.equal(pause.failure?.kind, 'overBudget', 'and what went wrong stays known');
    pause.failed({ kind: 'authentication', message: '', canRetry: false });
    pause.end();
    assert.equal(pause.isOn, false);
  });

  async function pauseAfter(failure: Partial<ModelFailure>): Promise<number> {
    pause.failed({ kind: 'server', message: '', canRetry: true, ...failure });
    let lengthMs = 0;
    while (pause.isOn) {
      await clock.advance(1_000);
      lengthMs += 1_000;
    }
    return lengthMs;
  }
});

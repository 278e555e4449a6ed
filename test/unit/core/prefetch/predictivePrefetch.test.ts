import assert from 'node:assert/strict';
import {
  PredictivePrefetch,
  type PredictivePrefetchOptions,
} from '../../../../src/core/prefetch/predictivePrefetch.ts';
import type { PrefetchCounters, Preparation } from '../../../../src/core/prefetch/preparation.ts';
import { gate } from '../../../support/agentHarness.ts';
import { FakeClock, settle } from '../../../support/fakeClock.ts';

const minuteMs = 60_000;

describe('Predictive prefetch', () => {
  let clock: FakeClock;
  let prepared: string[];
  let prefetch: PredictivePrefetch | undefined;

  beforeEach(() => {
    clock = new FakeClock();
    prepared = [];
  });

  afterEach(() => prefetch?.dispose());

  function create(
    preparation: Partial<Preparation> = {},
    options: Partial<PredictivePrefetchOptions> = {},
  ): PredictivePrefetch {
    prefetch = new PredictivePrefetch({
      clock,
      isEnabled: () => true,
      preparations: {
        promptCache: {
          usefulMs: 5 * minuteMs,
          minHitShare: 0.5,
          prepare: async (target) => {
            prepared.push(target);
            return { costUsd: 0.01 };
          },
          ...preparation,
        },
      },
      ...options,
    });
    return prefetch;
  }

  function counters(): PrefetchCounters {
    const found = prefetch?.counters().get('promptCache');
    assert.ok(found);
    return found;
  }

  /** Expects it and lets it be used or not. */
  async function round(isUsed: boolean): Promise<void> {
    prefetch?.expect('promptCache', 't');
    await settle();
    if (isUsed) {
      prefetch?.used('promptCache', 't');
    }
    await clock.advance(6 * minuteMs);
  }

  it('prepares once, and counts what was used in time', async () => {
    create();
    prefetch?.expect('promptCache', 't');
    prefetch?.expect('promptCache', 't');
    await settle();
    prefetch?.expect('promptCache', 't');
    await settle();
    assert.deepEqual(prepared, ['t']);
    prefetch?.used('promptCache', 't');
    prefetch?.used('promptCache', 't');
    prefetch?.expect('promptCache', 'u');
    await settle();
    await clock.advance(6 * minuteMs);
    prefetch?.used('promptCache', 'u');
    const { costUsd, ...counts } = counters();
    assert.deepEqual(counts, { tries: 2, hits: 1, wasted: 1, isOff: false });
    assert.equal(costUsd, 0.02);
  });

  it('switches itself off where too little is used, and tries again at long intervals', async () => {
    create();
    for (let at = 0; at < 8; at += 1) {
      await round(at % 4 === 0);
    }
    assert.equal(counters().isOff, true);
    await clock.advance(10 * minuteMs);
    await round(true);
    assert.equal(prepared.length, 8, 'not tried so soon');
    let tries = 0;
    while (counters().isOff && tries < 100) {
      await clock.advance(31 * minuteMs);
      await round(true);
      tries += 1;
    }
    assert.equal(tries, 4, 'each try that is used speaks for it again');
    assert.equal(prepared.length, 12);
  });

  it('does not judge by few', async () => {
    create();
    for (let at = 0; at < 7; at += 1) {
      await round(false);
    }
    assert.equal(counters().isOff, false);
  });

  it('judges by what happened last', async () => {
    create();
    for (let at = 0; at < 40; at += 1) {
      await round(at < 20);
    }
    assert.equal(counters().isOff, true);
    assert.ok(counters().hits === 20);
  });

  it('does nothing where it is switched off, and for what nobody prepares', async () => {
    let isEnabled = false;
    create({}, { isEnabled: () => isEnabled });
    prefetch?.expect('promptCache', 't');
    assert.deepEqual(prepared, []);
    isEnabled = true;
    prefetch?.expect('summary', 't');
    prefetch?.expect('promptCache', 't');
    await settle();
    assert.deepEqual(prepared, ['t']);
  });

  it('lets go of what comes too late, which is waste', async () => {
    const done = gate();
    const signals: AbortSignal[] = [];
    create({
      prepare: async (_, signal) => {
        signals.push(signal);
        await done.opened;
        return undefined;
      },
    });
    prefetch?.expect('promptCache', 't');
    prefetch?.expect('promptCache', 'u');
    prefetch?.needed('promptCache', 'u');
    assert.equal(signals[0]?.aborted, false, 'another thread was needed');
    prefetch?.needed('promptCache', 't');
    assert.deepEqual([signals.length, signals[0]?.aborted], [1, true]);
    done.open();
    await settle();
    assert.equal(counters().wasted, 1);
  });

  it('counts failures as waste and what was not needed not at all', async () => {
    create({ prepare: () => Promise.reject(new Error('No.')) });
    prefetch?.expect('promptCache', 't');
    await settle();
    assert.deepEqual([counters().tries, counters().wasted], [1, 1]);
    create({ prepare: async () => undefined });
    prefetch?.expect('promptCache', 't');
    await settle();
    assert.equal(counters().tries, 0);
  });

  it('is not taken in by what was used and did not help', async () => {
    create();
    prefetch?.expect('promptCache', 't');
    await settle();
    prefetch?.used('promptCache', 't', false);
    assert.deepEqual([counters().hits, counters().wasted], [0, 1]);
  });
});

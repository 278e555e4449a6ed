import assert from 'node:assert/strict';
import type { Baseline } from '../../../../src/core/alerts/baseline.ts';
import { LatencyWatch } from '../../../../src/core/alerts/latencyWatch.ts';
import { madeUpRequest } from '../../../support/reportHistory.ts';

/** The same numbers each time: a linear congruential generator. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return (state + 0.5) / 2 ** 32;
  };
}

/** A log-normal value: how times over networks are spread. */
function noisy(random: () => number, medianMs: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  return medianMs * Math.exp(sigma * normal);
}

class Bench {
  earlier: Baseline | undefined;
  threshold = 2;
  readonly watch = new LatencyWatch({
    nameOf: () => 'Sonnet',
    threshold: () => this.threshold,
    earlier: () => this.earlier,
  });

  add(...times: readonly number[]): void {
    for (const firstTokenMs of times) {
      this.watch.add(madeUpRequest({ firstTokenMs, traceId: `trace-${firstTokenMs}` }));
    }
  }

  get isRaised(): boolean {
    return this.watch.findings().length > 0;
  }
}

describe('The watch over latency', () => {
  it('raises no alarm over a week of noisy but steady work, whatever the seed', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const bench = new Bench();
      const random = randomFrom(seed);
      let alarms = 0;
      for (let call = 0; call < 2_000; call += 1) {
        bench.add(noisy(random, 800, 0.5));
        alarms += bench.isRaised ? 1 : 0;
      }
      assert.equal(alarms, 0, `seed ${seed}`);
    }
  });

  it('sees a shift by three within twelve calls, whatever the seed', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const bench = new Bench();
      const random = randomFrom(seed);
      for (let call = 0; call < 200; call += 1) {
        bench.add(noisy(random, 800, 0.3));
      }
      let calls = 0;
      while (!bench.isRaised && calls < 50) {
        bench.add(noisy(random, 2_400, 0.3));
        calls += 1;
      }
      assert.ok(calls <= 12, `seed ${seed}: ${calls} calls`);
    }
  });

  it('does not get used to what is slow', () => {
    const bench = new Bench();
    bench.add(...Array.from({ length: 60 }, () => 500));
    bench.add(...Array.from({ length: 300 }, () => 2_000));
    assert.ok(bench.isRaised);
    bench.add(...Array.from({ length: 12 }, () => 500));
    assert.ok(!bench.isRaised);
  });

  it('follows slow change without a word', () => {
    const bench = new Bench();
    for (let call = 0; call < 1_500; call += 1) {
      bench.add(500 + call);
      assert.ok(!bench.isRaised, `call ${call}`);
    }
  });

  it('is silent on a cold start, unless earlier sessions tell what is usual', () => {
    const bench = new Bench();
    bench.add(...Array.from({ length: 30 }, () => 4_000));
    assert.ok(!bench.isRaised);
    bench.earlier = { median: 800, spread: 200, count: 400 };
    assert.ok(bench.isRaised);
  });

  it('says nothing of differences that nobody feels', () => {
    const bench = new Bench();
    bench.add(...Array.from({ length: 60 }, () => 20), ...Array.from({ length: 12 }, () => 100));
    assert.ok(!bench.isRaised);
  });

  it('keeps models and surfaces apart, and leaves kept answers out', () => {
    const bench = new Bench();
    bench.add(...Array.from({ length: 60 }, () => 500));
    for (let call = 0; call < 12; call += 1) {
      bench.watch.add(madeUpRequest({ model: 'other', firstTokenMs: 5_000 }));
      bench.watch.add(madeUpRequest({ surface: 'summary', firstTokenMs: 5_000 }));
      bench.watch.add(madeUpRequest({ firstTokenMs: 5_000, answeredFrom: 'disk' }));
    }
    assert.ok(!bench.isRaised);
  });

  it('forgets what was before a sleep, and speaks from the user’s own threshold on', () => {
    const bench = new Bench();
    bench.add(...Array.from({ length: 60 }, () => 500), ...Array.from({ length: 12 }, () => 1_400));
    assert.ok(bench.isRaised);
    bench.watch.reset();
    assert.ok(!bench.isRaised);
    bench.threshold = 4;
    bench.add(...Array.from({ length: 12 }, () => 1_400));
    assert.ok(!bench.isRaised);
  });

  it('tells what happened against what, with a trace', () => {
    const bench = new Bench();
    bench.add(...Array.from({ length: 60 }, () => 500), ...Array.from({ length: 12 }, () => 2_000));
    const [finding] = bench.watch.findings();
    assert.match(finding?.detail ?? '', /2\.0 s at the median of the last 12.*500 ms usually/);
    assert.equal(finding?.traceId, 'trace-2000');
  });
});

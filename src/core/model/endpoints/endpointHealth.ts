import type { Clock } from '../../../base/clock.ts';

/** Weight of the newest measurement: three in a row make up two thirds of the figure. */
const newestShare = 0.3;
/** After this long half of what was measured is forgotten: loads of a region change within minutes. */
const halfLifeMs = 300_000;
/**
 * How much failures count against time: an endpoint that always fails is rated as three times as slow,
 * so that a single failure (0.3 of that) does not make a thread leave its prompt cache.
 */
const errorWeight = 2;

/**
 * How well an endpoint does. Its time to the first event is kept as a share of what is usual for the
 * same kind of request, so that long prompts at one endpoint and short ones at another compare.
 */
export class EndpointHealth {
  private readonly clock: Clock;
  private slowness: Measured | undefined;
  private errors: Measured | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get isMeasured(): boolean {
    return this.slowness !== undefined;
  }

  /** An answer has begun. @param slowness Its time to the first event, as a share of the usual one. */
  noteBegun(slowness: number): void {
    const before = this.slowness ? this.decayed(this.slowness, 1) : slowness;
    this.slowness = this.blended(before, slowness);
  }

  noteDone(): void {
    this.errors = this.blended(this.decayed(this.errors, 0), 0);
  }

  noteFailure(): void {
    this.errors = this.blended(this.decayed(this.errors, 0), 1);
  }

  /** Below 1 is better than usual, above it worse. @param unmeasured What counts before the first answer. */
  score(unmeasured: number): number {
    const slowness = this.slowness ? this.decayed(this.slowness, 1) : unmeasured;
    return slowness * (1 + errorWeight * this.decayed(this.errors, 0));
  }

  private blended(before: number, newest: number): Measured {
    return { value: before + newestShare * (newest - before), atMs: this.clock.now() };
  }

  /** What is left of a measurement: with time it goes back to what is neither good nor bad. */
  private decayed(measured: Measured | undefined, neutral: number): number {
    if (!measured) {
      return neutral;
    }
    const ageMs = this.clock.now() - measured.atMs;
    return neutral + (measured.value - neutral) * 0.5 ** (ageMs / halfLifeMs);
  }
}

interface Measured {
  readonly value: number;
  readonly atMs: number;
}

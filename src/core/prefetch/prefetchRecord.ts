import type { PrefetchCounters } from './preparation.ts';

/** Outcomes that are looked at: as many as tell 25 from 50 percent in most cases. */
const keptOutcomes = 20;
/** Fewer say little: where half are of use, eight in a row are not once in 256 times. */
const minOutcomes = 8;
/** When something that did not pay is tried once again, ms: what the user does changes over a day. */
const retryAfterMs = 30 * 60_000;

/** Remembers what came of one kind of preparation, and judges whether another pays. */
export class PrefetchRecord {
  private readonly minHitShare: number;
  /** Whether each of the last ones was used, oldest first. */
  private readonly outcomes: boolean[] = [];
  /** What was prepared and not used yet: until when it is of use, by target. */
  private readonly ready = new Map<string, number>();
  private tries = 0;
  private hits = 0;
  private wasted = 0;
  private costUsd = 0;
  private lastTryMs = Number.NEGATIVE_INFINITY;

  constructor(minHitShare: number) {
    this.minHitShare = minHitShare;
  }

  /** Whether it is prepared and was not used yet. */
  isReady(target: string, nowMs: number): boolean {
    this.sweep(nowMs);
    return this.ready.has(target);
  }

  /** Whether experience speaks for another one now. */
  isWorthATry(nowMs: number): boolean {
    this.sweep(nowMs);
    return !this.isOff || nowMs - this.lastTryMs >= retryAfterMs;
  }

  prepared(target: string, costUsd: number, nowMs: number, usefulMs: number): void {
    this.tried(costUsd, nowMs);
    this.ready.set(target, nowMs + usefulMs);
  }

  /** It failed, or was not there when it was needed. */
  failed(costUsd: number, nowMs: number): void {
    this.tried(costUsd, nowMs);
    this.judge(false);
  }

  used(target: string, hasHelped: boolean, nowMs: number): void {
    this.sweep(nowMs);
    if (this.ready.delete(target)) {
      this.judge(hasHelped);
    }
  }

  counters(nowMs: number): PrefetchCounters {
    this.sweep(nowMs);
    const { tries, hits, wasted, costUsd, isOff } = this;
    return { tries, hits, wasted, costUsd, isOff };
  }

  private get isOff(): boolean {
    const { outcomes } = this;
    const hits = outcomes.filter(Boolean).length;
    return outcomes.length >= minOutcomes && hits < this.minHitShare * outcomes.length;
  }

  private tried(costUsd: number, nowMs: number): void {
    this.tries += 1;
    this.costUsd += costUsd;
    this.lastTryMs = nowMs;
  }

  /** What was not used in time is wasted. */
  private sweep(nowMs: number): void {
    for (const [target, untilMs] of this.ready) {
      if (untilMs < nowMs) {
        this.ready.delete(target);
        this.judge(false);
      }
    }
  }

  private judge(isHit: boolean): void {
    this.hits += isHit ? 1 : 0;
    this.wasted += isHit ? 0 : 1;
    this.outcomes.push(isHit);
    this.outcomes.splice(0, this.outcomes.length - keptOutcomes);
  }
}

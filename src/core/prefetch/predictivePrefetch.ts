import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { PrefetchRecord } from './prefetchRecord.ts';
import type { PrefetchCounters, PrefetchKind, Preparation } from './preparation.ts';

export interface PredictivePrefetchOptions {
  readonly clock: Clock;
  /** The user's setting; asked each time. */
  readonly isEnabled: () => boolean;
  readonly preparations: { readonly [Kind in PrefetchKind]?: Preparation };
}

interface Entry {
  readonly preparation: Preparation;
  readonly record: PrefetchRecord;
  running: { readonly target: string; readonly controller: AbortController } | undefined;
}

/**
 * Prepares what is likely needed next, as long as enough of it is then used: each kind counts its
 * hits and its waste, and switches itself off where it does not pay. One of a kind at a time.
 */
export class PredictivePrefetch implements Disposable {
  private readonly options: PredictivePrefetchOptions;
  private readonly entries = new Map<PrefetchKind, Entry>();

  constructor(options: PredictivePrefetchOptions) {
    this.options = options;
    for (const [kind, preparation] of Object.entries(options.preparations)) {
      const record = new PrefetchRecord(preparation.minHitShare);
      this.entries.set(kind as PrefetchKind, { preparation, record, running: undefined });
    }
  }

  /** Something speaks for it being needed soon: it is prepared unless it is, or does not pay. */
  expect(kind: PrefetchKind, target: string): void {
    const entry = this.entries.get(kind);
    if (entry && this.isWanted(entry, target)) {
      // Never rejects: what fails is counted, and what needs it will tell why.
      void this.prepare(entry, target);
    }
  }

  /** It is needed now: where it is still being prepared, that comes too late and is let go. */
  needed(kind: PrefetchKind, target: string): void {
    const running = this.entries.get(kind)?.running;
    if (running?.target === target) {
      running.controller.abort();
    }
  }

  /** What was needed has come, with the help of what was prepared or without. */
  used(kind: PrefetchKind, target: string, hasHelped = true): void {
    this.entries.get(kind)?.record.used(target, hasHelped, this.options.clock.now());
  }

  /** What came of each kind so far. */
  counters(): ReadonlyMap<PrefetchKind, PrefetchCounters> {
    const nowMs = this.options.clock.now();
    return new Map([...this.entries].map(([kind, { record }]) => [kind, record.counters(nowMs)]));
  }

  dispose(): void {
    for (const { running } of this.entries.values()) {
      running?.controller.abort();
    }
    this.entries.clear();
  }

  private isWanted({ record, running }: Entry, target: string): boolean {
    const { clock, isEnabled } = this.options;
    const nowMs = clock.now();
    return (
      running === undefined &&
      isEnabled() &&
      !record.isReady(target, nowMs) &&
      record.isWorthATry(nowMs)
    );
  }

  private async prepare(entry: Entry, target: string): Promise<void> {
    const { preparation, record } = entry;
    const { clock } = this.options;
    const controller = new AbortController();
    entry.running = { target, controller };
    try {
      const prepared = await preparation.prepare(target, controller.signal);
      if (controller.signal.aborted) {
        record.failed(prepared?.costUsd ?? 0, clock.now());
      } else if (prepared) {
        record.prepared(target, prepared.costUsd, clock.now(), preparation.usefulMs);
      }
    } catch {
      // Nothing depends on it; that it failed speaks against another try.
      record.failed(0, clock.now());
    } finally {
      entry.running = undefined;
    }
  }
}

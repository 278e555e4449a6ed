import path from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Event } from '../base/emitter.ts';
import { throwIfCancelled } from '../base/errors.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';

/** Language servers publish in bursts; TypeScript's parts come 50 to 200 ms apart. */
const quietMs = 300;
/** What an edit may wait for its problems: TypeScript takes about 1 s on a large project. */
const maxWaitMs = 2_500;
/** The least that a language which reports is given, however quick it was so far. */
const minWaitMs = 600;
/** A language that is much slower than it ever was has most likely nothing to say. */
const patienceFactor = 2;
const rememberedDelays = 8;
/** From so many on, what was seen is worth more than the general limit. */
const enoughSamples = 3;

/** How fast the problems of one kind of file come, learnt from what was seen. */
interface Habit {
  /** Milliseconds from an edit to the first report, latest last. */
  readonly delaysMs: readonly number[];
  readonly hasReported: boolean;
  /** Waits that ended at the limit. */
  readonly misses: number;
}

interface Edited {
  readonly atMs: number;
  readonly reportedAtMs?: number;
}

const noHabit: Habit = { delaysMs: [], hasReported: false, misses: 0 };

/**
 * Knows when the problems of edited files have come to rest. Nothing tells that a language service
 * is done, and one without complaints says nothing at all, so this waits for quiet and, where
 * nothing comes, as long as experience with that kind of file suggests.
 */
export class DiagnosticsRest implements Disposable {
  private readonly resources = new ResourceManager('diagnosticsRest');
  private readonly clock: Clock;
  private readonly edited = new Map<string, Edited>();
  private readonly habits = new Map<string, Habit>();
  private readonly waiters = new Set<() => void>();

  /** @param onDidChange Tells the paths whose problems were reported anew. */
  constructor(onDidChange: Event<readonly string[]>, clock: Clock) {
    this.clock = clock;
    this.resources.add(onDidChange((paths) => this.noteReport(paths)));
  }

  /** To be called right after an edit, before problems can come in. */
  noteEdit(paths: readonly string[]): void {
    for (const file of paths) {
      this.edited.set(file, { atMs: this.clock.now() });
    }
  }

  /** Resolves when the problems of `paths` are at rest. Rejects with `CancelledError`. */
  async settled(paths: readonly string[], signal: AbortSignal): Promise<void> {
    throwIfCancelled(signal);
    const startMs = Math.max(...paths.map((file) => this.edited.get(file)?.atMs ?? 0), 0);
    const limitMs = (startMs || this.clock.now()) + this.limitMs(paths);
    for (
      let restMs = this.restMs(paths, limitMs);
      restMs > 0;
      restMs = this.restMs(paths, limitMs)
    ) {
      await this.untilReport(restMs, signal);
      throwIfCancelled(signal);
    }
    this.learn(paths);
  }

  dispose(): void {
    this.resources.dispose();
    for (const wake of this.waiters) {
      wake();
    }
  }

  /** How much longer to wait if nothing more is reported. */
  private restMs(paths: readonly string[], limitMs: number): number {
    if (this.resources.isDisposed) {
      return 0;
    }
    const reports = paths.map((file) => this.edited.get(file)?.reportedAtMs ?? -Infinity);
    const quietAtMs = Math.max(...reports, -Infinity) + quietMs;
    const endMs = Number.isFinite(quietAtMs) ? Math.min(quietAtMs, limitMs) : limitMs;
    return endMs - this.clock.now();
  }

  private untilReport(maxMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        timer.dispose();
        this.waiters.delete(finish);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const timer = this.clock.setTimeout(finish, maxMs);
      this.waiters.add(finish);
      signal.addEventListener('abort', finish, { once: true });
    });
  }

  private noteReport(paths: readonly string[]): void {
    const nowMs = this.clock.now();
    for (const file of paths) {
      const edit = this.edited.get(file);
      this.noteHabit(file, edit && edit.reportedAtMs === undefined ? nowMs - edit.atMs : undefined);
      if (edit) {
        this.edited.set(file, { ...edit, reportedAtMs: nowMs });
      }
    }
    for (const wake of [...this.waiters]) {
      wake();
    }
  }

  private noteHabit(file: string, delayMs: number | undefined): void {
    const kind = path.extname(file);
    const { delaysMs } = this.habits.get(kind) ?? noHabit;
    const longer =
      delayMs === undefined ? delaysMs : [...delaysMs, delayMs].slice(-rememberedDelays);
    this.habits.set(kind, { delaysMs: longer, hasReported: true, misses: 0 });
  }

  private learn(paths: readonly string[]): void {
    for (const file of paths) {
      const edit = this.edited.get(file);
      this.edited.delete(file);
      const kind = path.extname(file);
      const habit = this.habits.get(kind) ?? noHabit;
      if (edit && edit.reportedAtMs === undefined) {
        this.habits.set(kind, { ...habit, misses: habit.misses + 1 });
      }
    }
  }

  private limitMs(paths: readonly string[]): number {
    return Math.max(...paths.map((file) => habitLimitMs(this.habits.get(path.extname(file)))), 0);
  }
}

function habitLimitMs(habit: Habit = noHabit): number {
  if (!habit.hasReported) {
    // Nobody seems to check these files. Two misses, because a language service takes time to start.
    return habit.misses < 2 ? maxWaitMs : quietMs;
  }
  if (habit.delaysMs.length < enoughSamples) {
    return maxWaitMs;
  }
  const expectedMs = Math.max(...habit.delaysMs) * patienceFactor;
  return Math.min(maxWaitMs, Math.max(minWaitMs, expectedMs));
}

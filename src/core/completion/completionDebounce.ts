import type { Clock } from '../../base/clock.ts';

/** What became of a completion that was shown. */
export type CompletionFate =
  /** All of it was accepted, or a part, word by word or line by line. */
  | 'accepted'
  /** The user typed what it said, or a good part of it. */
  | 'followed'
  /** The user typed something else, or went away. */
  | 'ignored'
  /** The user sent it away. */
  | 'rejected';

export interface CompletionDebounceOptions {
  readonly clock: Clock;
  /** The least that the user wants to pass, milliseconds; asked each time. */
  readonly minMs: () => number;
}

interface Outcome {
  readonly fate: CompletionFate;
  readonly atMs: number;
}

/** While completions are of use: about a frame of thought, and short against any rhythm of typing. */
const eagerMs = 30;
/** A typist of 60 words a minute presses a key each 200 ms; until the user's own rhythm is known. */
const usualRhythmMs = 200;
/** Shorter intervals are repeats of a key that is held, longer ones pauses: neither is rhythm. */
const rhythmRangeMs = { from: 30, to: 1_000 } as const;
/** Weight of a new interval: the last ten or so decide. */
const rhythmWeight = 0.1;
/** After so many intervals without a key the user has most likely stopped. */
const pauseIntervals = 1.5;
const leastPauseIntervals = 1.1;
/** Weight of a new time to answer. */
const latencyWeight = 0.2;
/** VS Code asks 50 ms after a key, and a busy window a little later. */
const editorDelayMs = 100;
/** Nobody who stops to think waits longer for a first try. */
const maxMs = 2_000;

/**
 * How an outcome changes the wait. The steps for accepts and rejects are those that proved themselves
 * for GitHub Copilot's edit suggestions; what was typed as offered counts as half an accept.
 */
const steps: Readonly<Record<CompletionFate, number>> = {
  accepted: 0.8,
  followed: 0.9,
  ignored: 1.5,
  rejected: 1.5,
};
/** So many outcomes count, each less the older it is. */
const keptOutcomes = 10;
const outcomeHalfLifeMs = 5 * 60_000;
const factorRange = { from: 0.5, to: 40 } as const;

/**
 * How long to wait after a key before a model is asked. While what is offered gets used, hardly at
 * all: what is under way is kept while the user types along with it. The less it is used, the longer,
 * until only a pause in the user's own rhythm is worth a request.
 */
export class CompletionDebounce {
  private readonly options: CompletionDebounceOptions;
  private outcomes: readonly Outcome[] = [];
  private rhythmMs = usualRhythmMs;
  private latencyMs = 0;
  private lastKeyMs = Number.NEGATIVE_INFINITY;

  constructor(options: CompletionDebounceOptions) {
    this.options = options;
  }

  /** A key was pressed that changed the text. */
  typed(): void {
    const nowMs = this.options.clock.now();
    const intervalMs = nowMs - this.lastKeyMs;
    this.lastKeyMs = nowMs;
    if (intervalMs >= rhythmRangeMs.from && intervalMs <= rhythmRangeMs.to) {
      this.rhythmMs += rhythmWeight * (intervalMs - this.rhythmMs);
    }
  }

  /** A model has answered after so long. */
  answered(durationMs: number): void {
    this.latencyMs += (this.latencyMs === 0 ? 1 : latencyWeight) * (durationMs - this.latencyMs);
  }

  judged(fate: CompletionFate): void {
    const outcome = { fate, atMs: this.options.clock.now() };
    this.outcomes = [...this.outcomes, outcome].slice(-keptOutcomes);
  }

  /**
   * When a model may be asked about a place that the editor asks about now: on the clock's time. The
   * editor itself asks some 50 ms after a key, and the user has waited for that already.
   */
  dueMs(): number {
    const nowMs = this.options.clock.now();
    const isAfterKey = nowMs - this.lastKeyMs <= editorDelayMs;
    return (isAfterKey ? this.lastKeyMs : nowMs) + this.waitMs();
  }

  /** From the last key on, milliseconds. */
  waitMs(): number {
    const eager = eagerMs * this.factor();
    const isInTime = eager <= this.rhythmMs / 2;
    return Math.min(maxMs, Math.max(this.options.minMs(), isInTime ? eager : this.pauseMs(eager)));
  }

  /**
   * Until a pause. A model that takes long is asked a little earlier, but never where the next key is
   * about to make the answer useless.
   */
  private pauseMs(eager: number): number {
    const pause = Math.max(eager, this.rhythmMs * pauseIntervals) - this.latencyMs;
    return Math.max(pause, this.rhythmMs * leastPauseIntervals);
  }

  /** Above 1 the more of what was offered lately was not wanted. */
  private factor(): number {
    const nowMs = this.options.clock.now();
    const factor = this.outcomes.reduce((product, { fate, atMs }) => {
      const weight = 0.5 ** ((nowMs - atMs) / outcomeHalfLifeMs);
      return product * steps[fate] ** weight;
    }, 1);
    return Math.min(factorRange.to, Math.max(factorRange.from, factor));
  }
}

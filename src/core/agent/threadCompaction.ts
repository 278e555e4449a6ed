import type { Clock } from '../../base/clock.ts';
import { transcriptOf } from '../context/compactionInput.ts';
import { type CompactionPlan, planCompaction } from '../context/compactionPlan.ts';
import {
  type SummaryModel,
  type SummaryOutcome,
  type SummaryParts,
  summarize,
} from '../context/compactionSummary.ts';
import type { Priority } from '../model/request.ts';
import type { MessageRecord } from '../store/records.ts';
import { refusedTurns } from './history.ts';
import type { ThreadHistory } from './threadHistory.ts';

/** A summary that fails this often is not tried again by itself: each try costs, and may wait. */
const maxFailures = 3;

export interface ThreadCompactionParts extends SummaryParts {
  readonly threadId: string;
  readonly history: ThreadHistory;
  readonly clock: Clock;
  /** Tokens of one message as it is sent. */
  readonly sizeOf: (record: MessageRecord) => number;
  /** What a bug threw, told and put into a sentence for the user. */
  readonly explain: (error: unknown) => string;
  /** A summary is being prepared, is ready, or has taken over. */
  readonly changed: () => void;
}

export interface CompactionOptions {
  /** Best first. */
  readonly models: readonly SummaryModel[];
  /** The most recent messages stay as they are, up to so many tokens. */
  readonly keepTokens: number;
  readonly focus?: string;
  readonly priority: Priority;
}

/** What became of a summary. `nothing`: there was nothing to summarize. */
export type CompactionOutcome = SummaryOutcome | { readonly kind: 'nothing' };

interface Preparation {
  readonly plan: CompactionPlan;
  readonly controller: AbortController;
  readonly outcome: Promise<SummaryOutcome>;
  /** Known once it has ended. */
  ended?: SummaryOutcome;
}

/**
 * Prepares summaries of a thread's older part and lets them take over. Until then nothing of what is
 * sent changes; what comes in meanwhile stays as it is.
 */
export class ThreadCompaction {
  private readonly parts: ThreadCompactionParts;
  private preparation: Preparation | undefined;
  private failures = 0;

  constructor(parts: ThreadCompactionParts) {
    this.parts = parts;
  }

  get state(): 'none' | 'preparing' | 'ready' {
    const { preparation } = this;
    if (!preparation) {
      return 'none';
    }
    return preparation.ended ? 'ready' : 'preparing';
  }

  /** Whether it has failed too often to be tried again without being asked for. */
  get isExhausted(): boolean {
    return this.failures >= maxFailures;
  }

  /** A summary that took over and made too little room is as good as none. */
  countFailure(): void {
    this.failures += 1;
  }

  /** The user has seen to it that it works again. */
  forgetFailures(): void {
    this.failures = 0;
  }

  /** Begins to prepare a summary unless one is prepared. */
  prepare(options: CompactionOptions): void {
    this.preparation ??= this.begin(options);
  }

  /** Lets a summary take over: the one that is prepared, or a new one. Waits for it. */
  async takeOver(options: CompactionOptions, signal: AbortSignal): Promise<CompactionOutcome> {
    this.prepare(options);
    const { preparation } = this;
    if (!preparation) {
      return { kind: 'nothing' };
    }
    const cancel = (): void => this.cancel();
    signal.addEventListener('abort', cancel);
    const outcome = await preparation.outcome;
    signal.removeEventListener('abort', cancel);
    if (preparation.controller.signal.aborted) {
      return { kind: 'cancelled' };
    }
    if (outcome.kind === 'done') {
      const { newId, clock, history } = this.parts;
      const { keptFrom } = preparation.plan;
      const { summary } = outcome;
      history.compact({ id: newId(), createdAt: clock.wallTime(), keptFrom, summary });
      this.preparation = undefined;
      this.parts.changed();
    }
    return outcome;
  }

  /** Gives up what is prepared, for example because it tells of messages that are gone. */
  cancel(): void {
    const { preparation } = this;
    this.preparation = undefined;
    preparation?.controller.abort();
  }

  private begin(options: CompactionOptions): Preparation | undefined {
    const { history, sizeOf } = this.parts;
    const from = history.compaction?.keptFrom ?? 0;
    const { keepTokens } = options;
    const plan = planCompaction(history.records, { from, keepTokens, sizeOf });
    if (!plan) {
      return undefined;
    }
    const controller = new AbortController();
    const outcome = this.summarize(plan, options, controller.signal);
    const preparation: Preparation = { plan, controller, outcome };
    void outcome.then((ended) => this.ended(preparation, ended));
    this.parts.changed();
    return preparation;
  }

  private async summarize(
    plan: CompactionPlan,
    { models, focus, priority }: CompactionOptions,
    signal: AbortSignal,
  ): Promise<SummaryOutcome> {
    const { history, threadId } = this.parts;
    const refused = refusedTurns(history.records);
    const texts = transcriptOf(plan.older.filter((record) => !refused.has(record.turnId)));
    const notes = history.compaction?.summary;
    const task = {
      threadId,
      texts,
      priority,
      ...(notes === undefined ? {} : { notes }),
      ...(focus === undefined ? {} : { focus }),
    };
    try {
      return await summarize(task, models, this.parts, signal);
    } catch (error) {
      return { kind: 'failed', reason: this.parts.explain(error) };
    }
  }

  private ended(preparation: Preparation, ended: SummaryOutcome): void {
    preparation.ended = ended;
    if (this.preparation !== preparation) {
      return;
    }
    if (ended.kind === 'failed') {
      this.failures += 1;
    }
    if (ended.kind !== 'done') {
      this.preparation = undefined;
    }
    this.parts.changed();
  }
}

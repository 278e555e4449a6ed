import { UserError } from '../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { type BulkJob, isEnded, isRunning, nextStep } from '../../core/model/batches/bulkJob.ts';
import type { BulkParts } from '../../core/model/batches/bulkParts.ts';
import { BulkRunner } from '../../core/model/batches/bulkRunner.ts';
import type { BulkStore, NewBulkJob } from '../../core/store/bulkStore.ts';
import type { TraceScope } from '../../core/telemetry/traceScope.ts';
import type { BulkJobView } from '../../shared/views.ts';
import { jobTitle } from './bulkPlan.ts';

export interface BulkJobsOptions extends Omit<BulkParts, 'onChange' | 'onEnd'> {
  readonly workspaceKey: () => string;
  /** Hears of the jobs, all of them, whenever one is different. */
  readonly tell: (jobs: readonly BulkJobView[]) => void;
  readonly onEnd: (job: BulkJob) => void;
}

/** The jobs of this window's folders. Nothing is read or asked before the first use. */
export class BulkJobs implements Disposable {
  private readonly options: BulkJobsOptions;
  private readonly resources = new ResourceManager('bulkJobs');
  private readonly store: BulkStore;
  private readonly runner: BulkRunner;
  private readonly listeners = new Set<() => void>();

  constructor(options: BulkJobsOptions) {
    this.options = options;
    this.store = options.store;
    this.runner = this.resources.add(
      new BulkRunner({ ...options, onChange: () => this.changed(), onEnd: options.onEnd }),
    );
  }

  all(): readonly BulkJob[] {
    return this.store.jobs(this.options.workspaceKey());
  }

  /** Throws `UserError` where it has been removed. */
  job(id: string): BulkJob {
    const job = this.store.job(id);
    if (!job) {
      throw new UserError('This job is gone.');
    }
    return job;
  }

  view(job: BulkJob): BulkJobView {
    const { total, waiting } = job.counts;
    return {
      id: job.id,
      title: jobTitle(job.task, total),
      state: stateOf(job),
      total,
      finished: total - waiting,
      detail: this.runner.problem(job.id) ?? detailOf(job),
    };
  }

  /** Takes up what a window before this one left, and tells the panel of it. Never throws. */
  resume(): void {
    try {
      const jobs = this.all();
      if (jobs.length > 0) {
        this.runner.resume(jobs.filter((job) => isRunning(job) || !job.isAnnounced));
        this.changed();
      }
    } catch (error) {
      // The chat works without its jobs.
      this.options.onError(error);
    }
  }

  /** About what jobs under way will still cost, US dollars. */
  pendingUsd(): number {
    return this.store.pendingUsd();
  }

  /** @param trace Begun when the user chose the job; from here on the job's own. */
  begin(job: NewBulkJob, trace?: TraceScope): BulkJob {
    this.store.add(job);
    const begun = this.job(job.id);
    this.runner.begin(begun, trace);
    this.changed();
    return begun;
  }

  cancel(id: string): void {
    this.runner.cancel(this.job(id));
  }

  /** The user's word about what may or may not have been sent. */
  decide(id: string, shouldSendAgain: boolean): void {
    const job = this.job(id);
    for (const { number, state } of job.batches) {
      if (state === 'unsure' && shouldSendAgain) {
        this.store.setBatch(id, number, 'waiting');
      } else if (state === 'unsure') {
        const problem = 'It is not known whether it was sent.';
        this.store.endBatch(id, number, { state: 'errored', problem });
      }
    }
    this.runner.resume([this.job(id)]);
    this.changed();
  }

  /** Settles a file; a job of which nothing is left to look at goes. */
  review(jobId: string, itemId: string, decision: 'applied' | 'discarded'): void {
    this.store.review(itemId, decision);
    const { counts } = this.job(jobId);
    if (counts.open + counts.failed + counts.waiting === 0) {
      this.store.remove(jobId);
    }
    this.changed();
  }

  remove(id: string): void {
    this.store.remove(id);
    this.changed();
  }

  /** Hears that something about a job may be different. */
  onDidChange(listener: () => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  dispose(): void {
    this.resources.dispose();
    this.listeners.clear();
  }

  private changed(): void {
    this.options.tell(this.all().map((job) => this.view(job)));
    for (const listener of [...this.listeners]) {
      listener();
    }
  }
}

function stateOf(job: BulkJob): BulkJobView['state'] {
  if (nextStep(job).kind === 'decide') {
    return 'asking';
  }
  if (isEnded(job)) {
    return 'ended';
  }
  return job.isCancelled ? 'cancelling' : 'running';
}

function detailOf(job: BulkJob): string {
  switch (stateOf(job)) {
    case 'asking':
      return 'It is not known whether the files were sent.';
    case 'cancelling':
      return 'Being cancelled. What is already being answered is finished.';
    case 'running':
      return job.endpoint === undefined ? '' : 'A batch usually takes less than an hour.';
    case 'ended':
      return endingOf(job);
  }
}

/** For example "9 answers to look at, 2 files failed." */
export function endingOf({ counts: { open, failed } }: BulkJob): string {
  const answers = open === 1 ? '1 answer to look at' : `${open} answers to look at`;
  const failures = failed === 1 ? '1 file has no answer' : `${failed} files have no answer`;
  return failed > 0 ? `${answers}, ${failures}.` : `${answers}.`;
}

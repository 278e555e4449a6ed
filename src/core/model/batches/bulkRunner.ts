import { randomUUID } from 'node:crypto';
import { delay } from '../../../base/clock.ts';
import { isCancellation, UserError } from '../../../base/errors.ts';
import { type Disposable, ResourceManager } from '../../../base/lifecycle.ts';
import { operation } from '../../telemetry/spanNames.ts';
import type { TraceScope } from '../../telemetry/traceScope.ts';
import { BatchError } from './batchClient.ts';
import { BulkBatches, type Progress } from './bulkBatches.ts';
import { BulkControl } from './bulkControl.ts';
import { type BulkJob, type BulkStep, isEnded, isRunning, nextStep } from './bulkJob.ts';
import type { BulkParts } from './bulkParts.ts';
import { askSingly } from './bulkSingles.ts';
import { awaitProvider, beginJobTrace } from './bulkTrace.ts';

/** A small batch may be done within seconds … */
const firstWaitMs = 5_000;
/** … and a large one takes an hour: to ask more often than this tells nobody anything. */
const maxWaitMs = 5 * 60_000;
const waitGrowth = 1.5;
/** How often a window looks whether another one that has the job is still there. */
const recheckMs = 15_000;

/**
 * Works on the jobs of a workspace until they have ended: in one of its windows each, and on from
 * where it stood after a restart.
 */
export class BulkRunner implements Disposable {
  private readonly parts: BulkParts;
  private readonly resources = new ResourceManager('bulkRunner');
  private readonly disposal: AbortSignal;
  private readonly batches: BulkBatches;
  /** Another one for each window, and after each restart. */
  private readonly owner = randomUUID();
  private readonly running = new Set<string>();
  private readonly controls = new Map<string, BulkControl>();
  private readonly problems = new Map<string, string>();

  constructor(parts: BulkParts) {
    this.parts = parts;
    this.batches = new BulkBatches(parts);
    this.disposal = this.resources.abortController().signal;
  }

  /** Takes up the jobs that are not done yet; those that are worked on already go on. */
  resume(jobs: readonly BulkJob[]): void {
    for (const job of jobs) {
      this.begin(job);
    }
  }

  /** @param trace Begun when the user chose the job; from here on the job's own. */
  begin(job: BulkJob, trace?: TraceScope): void {
    if (this.running.has(job.id)) {
      trace?.end();
      return;
    }
    this.running.add(job.id);
    this.run(job.id, trace)
      .catch((error: unknown) => this.failed(job.id, error))
      .finally(() => {
        trace?.end();
        this.running.delete(job.id);
      });
  }

  /** What keeps a job from going on, a sentence; undefined where nothing does. */
  problem(jobId: string): string | undefined {
    return this.problems.get(jobId);
  }

  cancel(job: BulkJob): void {
    this.parts.store.cancel(job.id);
    this.controls.get(job.id)?.wake();
    this.resume([job]);
    this.parts.onChange();
  }

  dispose(): void {
    for (const control of this.controls.values()) {
      control.dispose();
    }
    this.resources.dispose();
  }

  private async run(jobId: string, begun: TraceScope | undefined): Promise<void> {
    const { store, clock, tracing } = this.parts;
    let trace = begun;
    for (let job = store.job(jobId); job && !this.disposal.aborted; job = store.job(jobId)) {
      if (!isRunning(job)) {
        this.announce(job);
        return;
      }
      const control = BulkControl.claim(store, clock, jobId, this.owner);
      if (control) {
        control.trace = trace ?? beginJobTrace(tracing, jobId);
        trace = undefined;
        await this.hold(jobId, control);
      } else {
        await delay(clock, recheckMs, this.disposal);
        this.changed();
      }
      if (this.disposal.aborted) {
        return;
      }
    }
  }

  private async hold(jobId: string, control: BulkControl): Promise<void> {
    this.controls.set(jobId, control);
    try {
      await this.work(jobId, control);
    } finally {
      this.controls.delete(jobId);
      control.trace?.end();
      control.dispose();
    }
  }

  private async work(jobId: string, control: BulkControl): Promise<void> {
    let waitMs = firstWaitMs;
    while (!control.signal.aborted) {
      const job = this.parts.store.job(jobId);
      if (!job || !isRunning(job)) {
        return;
      }
      const step = nextStep(job);
      const progress = await this.tryStep(job, step, control);
      if (control.signal.aborted) {
        return;
      }
      this.changed();
      if (progress === 'done') {
        waitMs = firstWaitMs;
      } else {
        this.enterWait(job, step, control);
        await control.rest(waitMs);
        waitMs = Math.min(waitMs * waitGrowth, maxWaitMs);
      }
    }
  }

  private enterWait(job: BulkJob, { kind }: BulkStep, { trace }: BulkControl): void {
    if (kind === 'poll' && !this.problems.has(job.id)) {
      awaitProvider(trace);
    } else {
      trace?.enter(operation.bulkPause);
    }
  }

  /** A failure that may pass is told in the panel, and the step is done again after a while. */
  private async tryStep(job: BulkJob, step: BulkStep, control: BulkControl): Promise<Progress> {
    try {
      const progress = await this.step(job, step, control);
      this.problems.delete(job.id);
      return progress;
    } catch (error) {
      if (error instanceof BatchError || error instanceof UserError) {
        this.problems.set(job.id, error.message);
        return 'wait';
      }
      if (isCancellation(error)) {
        return 'wait';
      }
      throw error;
    }
  }

  private async step(job: BulkJob, step: BulkStep, control: BulkControl): Promise<Progress> {
    switch (step.kind) {
      case 'send':
        control.trace?.enter(operation.bulkSubmit);
        return this.batches.send(job, step.batch, control);
      case 'find':
        control.trace?.enter(operation.bulkFind);
        return this.batches.find(job, step.batch, control);
      case 'poll':
        control.trace?.enter(operation.bulkPoll);
        return this.batches.poll(job, step.batches, control);
      case 'ask':
        await this.assertOnline();
        await askSingly(this.parts, job, control);
        return 'done';
      case 'drop':
        this.drop(job);
        return 'done';
      default:
        return 'wait';
    }
  }

  private drop(job: BulkJob): void {
    for (const batch of job.batches.filter(({ state }) => state === 'waiting')) {
      const problem = 'Cancelled before it was asked.';
      this.parts.store.endBatch(job.id, batch.number, { state: 'canceled', problem });
    }
  }

  private async assertOnline(): Promise<void> {
    if ((await this.parts.connection.current()).kind === 'offline') {
      throw new UserError('No model is connected. The job goes on once one is.');
    }
  }

  private announce(job: BulkJob): void {
    if (isEnded(job) && this.parts.store.announce(job.id)) {
      this.parts.onEnd(job);
    }
    this.changed();
  }

  private changed(): void {
    if (!this.disposal.aborted) {
      this.parts.onChange();
    }
  }

  private failed(jobId: string, error: unknown): void {
    // The end of the window closes the store under whatever is still under way.
    if (!this.disposal.aborted) {
      this.problems.set(jobId, 'Something went wrong. The log says what.');
      this.parts.onError(error);
      this.changed();
    }
  }
}

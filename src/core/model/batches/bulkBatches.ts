import { toError, UserError } from '../../../base/errors.ts';
import type { BulkOutcome } from '../../store/bulkStore.ts';
import { operation } from '../../telemetry/spanNames.ts';
import type { TraceScope } from '../../telemetry/traceScope.ts';
import type { Catalogue } from '../catalogue.ts';
import { hostOf, type OnlineConnection } from '../connection.ts';
import { BatchError, type BatchResult } from './batchClient.ts';
import { type BatchEntry, toBatchEntry } from './batchParams.ts';
import { problemOfStop } from './bulkAnswer.ts';
import type { BulkControl } from './bulkControl.ts';
import { type BulkBatch, type BulkJob, findLostBatch, oldestCandidateMs } from './bulkJob.ts';
import { type BulkParts, hashOf } from './bulkParts.ts';
import { bulkRequest } from './bulkTask.ts';
import { BatchTotals, batchCostUsd } from './bulkTrace.ts';

/** Whether a step got further, or has to be done again after a while. */
export type Progress = 'done' | 'wait';

/** How long after it was sent a batch may be missing from the provider's list. */
const listedAfterMs = 60_000;
/** Results that are kept in one transaction. */
const resultsAtOnce = 64;

/** What the answers of one batch are read with. */
interface Taking {
  readonly endpoint: string;
  readonly catalogue: Catalogue;
  readonly totals: BatchTotals;
}

/** What is done with the batches of a job. Each step may be interrupted at any point and done again. */
export class BulkBatches {
  private readonly parts: BulkParts;
  /** Batches whose cancellation was asked for in this window: asking again would do no harm. */
  private readonly cancelled = new Set<string>();

  constructor(parts: BulkParts) {
    this.parts = parts;
  }

  /** Sends a batch. That it is on its way is kept before, so that it is never sent twice unseen. */
  async send(job: BulkJob, batch: BulkBatch, control: BulkControl): Promise<Progress> {
    const { store, client } = this.parts;
    const connection = await this.connectionOf(job);
    const { entries, hashes } = await this.entriesOf(job, batch);
    if (entries.length === 0) {
      store.endBatch(job.id, batch.number, { state: 'errored' });
      return 'done';
    }
    if (!store.beginSending(job.id, batch.number, hashes, control.lease)) {
      return 'wait';
    }
    try {
      const { id } = await client.create(connection, entries, control.signal);
      store.setBatch(job.id, batch.number, 'sent', id);
      return 'done';
    } catch (error) {
      if (error instanceof BatchError && error.isRefused) {
        this.refused(job, batch, error);
      }
      // Whatever else happened, the batch may have arrived: it is looked for next.
      throw error;
    }
  }

  /** Looks for a batch of which nobody knows whether it arrived. */
  async find(job: BulkJob, batch: BulkBatch, control: BulkControl): Promise<Progress> {
    const { store, client, clock } = this.parts;
    const connection = await this.connectionOf(job);
    const listed = await client.list(connection, oldestCandidateMs(batch), control.signal);
    const known = store.batchIds();
    const found = store.hasTwin(job.id, batch) ? undefined : findLostBatch(batch, listed, known);
    if (found) {
      store.setBatch(job.id, batch.number, 'sent', found.id);
      return 'done';
    }
    if (clock.wallTime() - (batch.sendingSinceMs ?? 0) < listedAfterMs) {
      return 'wait';
    }
    store.setBatch(job.id, batch.number, 'unsure');
    return 'done';
  }

  /** Asks how far batches are, and takes the results of those that have ended. */
  async poll(job: BulkJob, batches: readonly BulkBatch[], control: BulkControl): Promise<Progress> {
    const connection = await this.connectionOf(job);
    let progress: Progress = 'wait';
    for (const batch of batches) {
      if (job.isCancelled) {
        await this.cancel(connection, batch, control.signal);
      }
      if (await this.takeIfEnded(job, batch, connection, control)) {
        progress = 'done';
      }
    }
    return progress;
  }

  private async takeIfEnded(
    job: BulkJob,
    batch: BulkBatch,
    connection: OnlineConnection,
    control: BulkControl,
  ): Promise<boolean> {
    const { signal, trace } = control;
    const { store, client } = this.parts;
    const batchId = batch.batchId ?? '';
    try {
      const status = await client.retrieve(connection, batchId, signal);
      if (status.isEnded) {
        const reading = trace?.enter(operation.bulkRead);
        await this.takeResults(job, batch, connection, { signal, reading });
        trace?.enter(operation.bulkPoll);
      }
      return status.isEnded;
    } catch (error) {
      if (!(error instanceof BatchError && error.failure.status === 404)) {
        throw error;
      }
      const problem = `${hostOf(connection.endpoint)} no longer has the results.`;
      store.endBatch(job.id, batch.number, { state: 'errored', problem });
      return true;
    }
  }

  private async takeResults(
    job: BulkJob,
    batch: BulkBatch,
    connection: OnlineConnection,
    { signal, reading }: { readonly signal: AbortSignal; readonly reading: TraceScope | undefined },
  ): Promise<void> {
    const { store, client } = this.parts;
    const taking = {
      endpoint: connection.endpoint,
      catalogue: await this.parts.catalogue(),
      totals: new BatchTotals(),
    };
    const items = store.items(job.id).filter(({ batchNumber }) => batchNumber === batch.number);
    const ours = new Set(items.map(({ id }) => id));
    let foundCount = 0;
    let results: BatchResult[] = [];
    for await (const result of client.results(connection, batch.batchId ?? '', signal)) {
      if (ours.has(result.id)) {
        foundCount += 1;
        results.push(result);
      }
      if (results.length >= resultsAtOnce) {
        this.keep(job, results, taking);
        results = [];
      }
    }
    this.keep(job, results, taking);
    taking.totals.tell(reading);
    if (foundCount === 0) {
      // A batch that was found by its size and time turned out to be somebody else's.
      store.setBatch(job.id, batch.number, 'unsure');
      return;
    }
    const problem = 'The provider gave no result for this file.';
    store.endBatch(job.id, batch.number, { state: 'errored', problem });
  }

  private keep(
    job: BulkJob,
    results: readonly BatchResult[],
    { endpoint, catalogue, totals }: Taking,
  ): void {
    const { store, recordUsage } = this.parts;
    const byId = new Map(results.map((result) => [result.id, result]));
    const outcomes = results.map((result) => toOutcome(job, result));
    for (const { id } of store.settle(job.id, outcomes)) {
      const result = byId.get(id);
      if (result?.kind === 'succeeded') {
        const { model, usage } = result;
        const costUsd = batchCostUsd(usage, catalogue.pricesOf(model));
        totals.add(usage, costUsd);
        recordUsage({ id, model, endpoint, usage, costUsd });
      }
    }
    this.parts.onChange();
  }

  private async cancel(
    connection: OnlineConnection,
    { batchId = '' }: BulkBatch,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.cancelled.has(batchId)) {
      return;
    }
    try {
      await this.parts.client.cancel(connection, batchId, signal);
    } catch (error) {
      // One that has ended meanwhile can't be cancelled: its results tell.
      const status = error instanceof BatchError ? (error.failure.status ?? 500) : 500;
      if (status >= 500 || status === 429) {
        throw error;
      }
    }
    this.cancelled.add(batchId);
  }

  /** The provider did not take a batch: it waits for a better moment, or there will be none. */
  private refused(job: BulkJob, batch: BulkBatch, { failure }: BatchError): void {
    const { store } = this.parts;
    if (failure.canRetry) {
      store.setBatch(job.id, batch.number, 'waiting');
    } else {
      store.endBatch(job.id, batch.number, { state: 'errored', problem: failure.message });
    }
  }

  private async entriesOf(
    job: BulkJob,
    batch: BulkBatch,
  ): Promise<{ entries: readonly BatchEntry[]; hashes: ReadonlyMap<string, string> }> {
    const { store, readSource, maxOutputTokens, inferenceGeo } = this.parts;
    const model = (await this.parts.catalogue()).find(job.model);
    const entries: BatchEntry[] = [];
    const hashes = new Map<string, string>();
    for (const item of store.items(job.id)) {
      if (item.batchNumber !== batch.number || item.state !== 'waiting') {
        continue;
      }
      try {
        const source = await readSource(item.path);
        const options = {
          id: item.id,
          model: job.model,
          maxOutputTokens: maxOutputTokens(),
        };
        entries.push(toBatchEntry(bulkRequest(job.task, source, options), model, inferenceGeo()));
        hashes.set(item.id, hashOf(source.text));
      } catch (error) {
        const { id } = item;
        store.settle(job.id, [{ id, state: 'errored', problem: toError(error).message }]);
      }
    }
    return { entries, hashes };
  }

  /** The server that has the job's batches, with its key: no other server is ever asked for them. */
  private async connectionOf({ endpoint = '' }: BulkJob): Promise<OnlineConnection> {
    const { connection } = this.parts;
    const current = await connection.current();
    const all = (await connection.all?.()) ?? [current];
    const found = all.find(
      (one): one is OnlineConnection => 'endpoint' in one && one.endpoint === endpoint,
    );
    if (!found) {
      throw new UserError(
        `This job is kept at ${hostOf(endpoint)}, which Slipstream is not connected to now. It goes on once it is.`,
      );
    }
    return found;
  }
}

function toOutcome(job: BulkJob, result: BatchResult): BulkOutcome {
  const { id } = result;
  switch (result.kind) {
    case 'succeeded': {
      const problem = problemOfStop(job.task, result.stopReason);
      return problem === undefined
        ? { id, state: 'succeeded', answer: result.text }
        : { id, state: 'errored', problem };
    }
    case 'errored': {
      const said = result.message === '' ? '' : ` It says: ${result.message}`;
      return { id, state: 'errored', problem: `The provider could not answer.${said}` };
    }
    case 'canceled':
      return { id, state: 'canceled', problem: 'Cancelled before it was answered.' };
    case 'expired':
      return { id, state: 'expired', problem: 'Not answered within the provider’s 24 hours.' };
  }
}

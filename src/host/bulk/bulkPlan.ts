import { randomUUID } from 'node:crypto';
import { throwIfCancelled, UserError } from '../../base/errors.ts';
import { toBatchEntry } from '../../core/model/batches/batchParams.ts';
import { type BulkEstimate, BulkEstimator } from '../../core/model/batches/bulkEstimate.ts';
import { hashOf } from '../../core/model/batches/bulkParts.ts';
import { type BulkTask, bulkRequest, bulkTask } from '../../core/model/batches/bulkTask.ts';
import { assignChunks, defaultChunkLimits } from '../../core/model/batches/chunks.ts';
import type { Catalogue } from '../../core/model/catalogue.ts';
import type { NewBulkJob } from '../../core/store/bulkStore.ts';
import { displayPath } from '../../core/tools/paths.ts';
import type { Workspace } from '../../core/tools/workspace.ts';
import { readBulkSource, reasonOf, type SkippedFile } from './bulkFiles.ts';

export interface BulkPlanOptions {
  /** The job's, unique among all. */
  readonly id: string;
  readonly task: BulkTask;
  readonly model: string;
  /** The server's address where it has batches. */
  readonly batchEndpoint: string | undefined;
  readonly maxOutputTokens: number;
  readonly catalogue: Catalogue;
  readonly workspace: Workspace;
  readonly workspaceKey: string;
  readonly nowMs: number;
}

/** A job as it would be begun: nothing of it is kept or sent yet. */
export interface BulkPlan {
  readonly job: NewBulkJob;
  readonly estimate: BulkEstimate;
  readonly skipped: readonly SkippedFile[];
}

/** Looks at the files that were chosen. Throws `UserError` where none of them can be sent. */
export async function planJob(
  paths: readonly string[],
  options: BulkPlanOptions,
  signal: AbortSignal,
): Promise<BulkPlan> {
  const { task, model, catalogue, workspace, maxOutputTokens } = options;
  const estimator = new BulkEstimator(task, catalogue.pricesOf(model));
  const skipped: SkippedFile[] = [];
  const files: { path: string; hash: string; sizeBytes: number }[] = [];
  for (const path of new Set(paths)) {
    throwIfCancelled(signal);
    try {
      const source = await readBulkSource(workspace, path);
      const request = bulkRequest(task, source, { id: randomUUID(), model, maxOutputTokens });
      const body = JSON.stringify(toBatchEntry(request, catalogue.find(model), ''));
      estimator.add(body, source.text);
      files.push({ path, hash: hashOf(source.text), sizeBytes: Buffer.byteLength(body) });
    } catch (error) {
      skipped.push({
        displayPath: displayPath(path, workspace.roots()),
        reason: reasonOf(error),
      });
    }
  }
  if (files.length === 0) {
    throw new UserError(nothingToDo(skipped));
  }
  const estimate = estimator.total(options.batchEndpoint !== undefined);
  const { usd } = estimate;
  const job = { ...toJob(files, options), ...(usd === undefined ? {} : { estimateUsd: usd }) };
  return { job, estimate, skipped };
}

function toJob(
  files: readonly { path: string; hash: string; sizeBytes: number }[],
  { id, task, model, batchEndpoint, workspaceKey, nowMs }: BulkPlanOptions,
): NewBulkJob {
  const chunks =
    batchEndpoint === undefined
      ? []
      : assignChunks(
          files.map(({ sizeBytes }) => sizeBytes),
          defaultChunkLimits,
        );
  return {
    id,
    workspace: workspaceKey,
    task,
    model,
    ...(batchEndpoint === undefined ? {} : { endpoint: batchEndpoint }),
    createdAtMs: nowMs,
    items: files.map(({ path, hash }, index) => ({
      id: randomUUID(),
      path,
      hash,
      batchNumber: chunks[index] ?? 0,
    })),
  };
}

function nothingToDo(skipped: readonly SkippedFile[]): string {
  const [first] = skipped;
  const example = first ? ` ${first.displayPath}: ${lowerFirst(first.reason)}` : '';
  return `None of the files can be sent.${example}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** For example "Explain 12 files". */
export function jobTitle(task: BulkTask, count: number): string {
  const files = count === 1 ? '1 file' : `${count} files`;
  return task === 'tests' ? `Write tests for ${files}` : `${bulkTask(task).label} ${files}`;
}

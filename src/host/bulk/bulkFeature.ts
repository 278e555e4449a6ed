import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { batchPriceShare } from '../../core/model/batches/bulkEstimate.ts';
import type { BatchUsage, BulkParts } from '../../core/model/batches/bulkParts.ts';
import { createBatchClient } from '../../core/model/batches/lazyBatchClient.ts';
import { hostOf } from '../../core/model/connection.ts';
import { BulkStore } from '../../core/store/bulkStore.ts';
import type { Telemetry } from '../../core/telemetry/telemetry.ts';
import type { AssistantParts } from '../assistant.ts';
import type { CodeBlocks } from '../codeBlocks.ts';
import type { Environment } from '../environment.ts';
import type { ListFiles } from '../fileIndex.ts';
import type { ModelParts } from '../modelParts.ts';
import { hostFetch, systemAuthorities } from '../proxySettings.ts';
import { type Reports, reportScheme } from '../reports.ts';
import type { VsCodeWorkspace } from '../vscodeWorkspace.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import { workspaceKey } from '../workspaceKey.ts';
import { BulkCommand } from './bulkCommand.ts';
import { readBulkSource } from './bulkFiles.ts';
import { BulkJobs, endingOf } from './bulkJobs.ts';
import { jobTitle } from './bulkPlan.ts';
import { BulkReportLinks } from './bulkReport.ts';
import { BulkReview } from './bulkReview.ts';

const clock = systemClock;

export interface BulkFeatureParts extends AssistantParts {
  readonly environment: Environment;
  readonly models: ModelParts;
  readonly telemetry: Telemetry;
  readonly workspace: VsCodeWorkspace;
  readonly folders: WorkspaceFolders;
  readonly codeBlocks: CodeBlocks;
  readonly reports: Reports;
  readonly listFiles: ListFiles;
}

export interface BulkFeature {
  readonly jobs: BulkJobs;
  readonly command: BulkCommand;
}

/** Puts together what runs tasks over many files. */
export function createBulkFeature(parts: BulkFeatureParts): BulkFeature {
  const { resources, models, notifications, reports, folders } = parts;
  const links = new BulkReportLinks();
  resources.add(vscode.languages.registerDocumentLinkProvider({ scheme: reportScheme }, links));
  const store = new BulkStore(models.storeConnection);
  const jobParts = createJobParts(parts, store);
  const jobs: BulkJobs = resources.add(
    new BulkJobs({
      ...jobParts,
      workspaceKey,
      tell: (views) => parts.chat.send({ type: 'bulk/jobs', jobs: views }),
      onEnd: (job) =>
        notifications.offer(
          `${jobTitle(job.task, job.counts.total)}: ${endingOf(job)}`,
          'Look at them',
          () => command.act(job.id, 'review'),
        ),
    }),
  );
  const command = new BulkCommand({
    ...parts,
    jobs,
    tracing: parts.telemetry,
    review: () => review,
    client: jobParts.client,
    connection: models.connection,
    choice: models.choice,
    catalogue: models.catalogue,
    budget: models.budget,
    wallTime: () => clock.wallTime(),
  });
  const review = new BulkReview({
    ...parts,
    jobs,
    tracing: parts.telemetry,
    store,
    folders,
    reports,
    links,
    catalogue: models.catalogue,
    runAgain: (job, paths) => command.runAgain(job, paths),
  });
  return { jobs, command };
}

function createJobParts(
  { context, environment, models, settings, workspace, log, telemetry }: BulkFeatureParts,
  store: BulkStore,
): Omit<BulkParts, 'onChange' | 'onEnd'> {
  const record = ({ id, model, endpoint, usage, costUsd }: BatchUsage): void => {
    telemetry.batchAnswered({ model, usage, costUsd });
    models.budget
      .record(
        { requestId: id, surface: 'bulk', priority: 'bulk', model, endpoint: hostOf(endpoint) },
        usage,
        batchPriceShare,
      )
      .catch((error: unknown) => log.error('Counting what a batch cost', error));
  };
  return {
    store,
    client: createBatchClient({
      clock,
      version: String(context.extension.packageJSON.version),
      hostFetch: () => hostFetch(settings, environment),
      moreAuthorities: () => systemAuthorities(settings),
    }),
    gateway: models.gateway,
    connection: models.connection,
    catalogue: models.catalogue,
    clock,
    tracing: telemetry,
    readSource: (path) => readBulkSource(workspace, path),
    maxOutputTokens: () => settings.get('maxOutputTokens'),
    inferenceGeo: () => settings.get('inferenceGeo'),
    recordUsage: record,
    onError: (error) => log.error('Working on many files', error),
  };
}

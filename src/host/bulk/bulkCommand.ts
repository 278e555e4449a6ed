import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { CancelledError, isCancellation, UserError } from '../../base/errors.ts';
import { awaitUser } from '../../core/actions/actionTrace.ts';
import { type BatchClient, BatchError } from '../../core/model/batches/batchClient.ts';
import type { BulkJob } from '../../core/model/batches/bulkJob.ts';
import type { BulkTask } from '../../core/model/batches/bulkTask.ts';
import { beginJobTrace } from '../../core/model/batches/bulkTrace.ts';
import type { Budget } from '../../core/model/budget/budget.ts';
import type { Catalogue } from '../../core/model/catalogue.ts';
import type { Connection, ConnectionProvider } from '../../core/model/connection.ts';
import type { Settings } from '../../core/settings.ts';
import { operation } from '../../core/telemetry/spanNames.ts';
import type { Tracing } from '../../core/telemetry/tracing.ts';
import type { BulkAction, BulkJobView } from '../../shared/views.ts';
import { openBudgetSettings } from '../budgetParts.ts';
import type { ModelChoice } from '../modelChoice.ts';
import type { Notifications } from '../notifications.ts';
import { withProgress } from '../progress.ts';
import { workspaceKey } from '../workspaceKey.ts';
import {
  type BulkChoiceParts,
  chooseFiles,
  chooseTask,
  type FindFiles,
  filesOfSelection,
} from './bulkChoice.ts';
import { confirmPlan } from './bulkConfirmation.ts';
import { type BulkJobs, endingOf } from './bulkJobs.ts';
import { type BulkPlan, planJob } from './bulkPlan.ts';
import { showProgress } from './bulkProgress.ts';
import type { BulkReview } from './bulkReview.ts';

export interface BulkCommandParts extends BulkChoiceParts {
  readonly jobs: BulkJobs;
  readonly tracing: Tracing;
  readonly review: () => BulkReview;
  readonly client: BatchClient;
  readonly connection: ConnectionProvider;
  readonly choice: Pick<ModelChoice, 'current'>;
  readonly catalogue: () => Promise<Catalogue>;
  readonly budget: Pick<Budget, 'refusalOf' | 'allowOverBudget'>;
  readonly settings: Settings;
  readonly notifications: Notifications;
  readonly wallTime: () => number;
}

interface Planned {
  readonly plan: BulkPlan;
  readonly modelName: string;
}

type JobChoice = vscode.QuickPickItem & { readonly view?: BulkJobView };

/** What the user does with jobs over many files. */
export class BulkCommand {
  private readonly parts: BulkCommandParts;

  constructor(parts: BulkCommandParts) {
    this.parts = parts;
  }

  /** From the palette, or from the explorer with what was clicked and what is selected there. */
  async run(clicked?: unknown, selected?: unknown): Promise<void> {
    const { jobs } = this.parts;
    jobs.resume();
    const isFromExplorer = clicked instanceof vscode.Uri;
    if (!isFromExplorer && jobs.all().length > 0 && !(await this.wantsNew())) {
      return;
    }
    const task = await chooseTask(this.parts.workspace);
    const findFiles =
      task &&
      (await (isFromExplorer
        ? filesOfSelection(this.parts, clicked, selected)
        : chooseFiles(this.parts)));
    if (task && findFiles) {
      await this.begin(task, findFiles);
    }
  }

  /** Does to some files what another job did. */
  runAgain(job: BulkJob, paths: readonly string[]): Promise<boolean> {
    return this.begin(job.task, () => Promise.resolve(paths));
  }

  /** From the panel. */
  async act(jobId: string, action: BulkAction): Promise<void> {
    switch (action) {
      case 'cancel':
        this.parts.jobs.cancel(jobId);
        return;
      case 'review':
        return this.parts.review().open(jobId);
      case 'decide':
        return this.decide(jobId);
      case 'remove':
        return this.remove(jobId);
    }
  }

  /** Where there are jobs already, one of them may be what is wanted. */
  private async wantsNew(): Promise<boolean> {
    const { jobs } = this.parts;
    const fresh: JobChoice = { label: '$(add) Start another' };
    const known = jobs.all().map((job): JobChoice => {
      const view = jobs.view(job);
      const description =
        view.state === 'ended' ? view.detail : `${view.finished} of ${view.total}. ${view.detail}`;
      return { label: view.title, description, view };
    });
    const chosen = await vscode.window.showQuickPick([fresh, ...known], {
      title: 'Run on many files',
      placeHolder: 'Look at what came of a job, or start another',
    });
    if (chosen?.view) {
      const { id, state } = chosen.view;
      await this.act(id, state === 'asking' ? 'decide' : 'review');
    }
    return chosen !== undefined && chosen.view === undefined;
  }

  private async begin(task: BulkTask, findFiles: FindFiles): Promise<boolean> {
    const id = randomUUID();
    const trace = beginJobTrace(this.parts.tracing, id);
    trace?.enter(operation.bulkPrepare);
    try {
      const planned = await this.plan(id, task, findFiles);
      awaitUser(trace);
      await this.agree(planned);
      this.watch(this.parts.jobs.begin(planned.plan.job, trace));
      return true;
    } catch (error) {
      trace?.fail(error);
      trace?.end();
      if (isCancellation(error)) {
        return false;
      }
      throw error;
    }
  }

  private async plan(id: string, task: BulkTask, findFiles: FindFiles): Promise<Planned> {
    const { choice, catalogue, settings, workspace } = this.parts;
    const connection = await this.parts.connection.current();
    if (connection.kind === 'offline') {
      throw new UserError('Connect a model first: run “Slipstream: Set API key”.');
    }
    const model = await choice.current();
    const known = await catalogue();
    const plan = await withProgress('Looking at the files', async (signal) =>
      planJob(
        await findFiles(signal),
        {
          id,
          task,
          model: model.id,
          batchEndpoint: await this.batchEndpoint(connection, signal),
          maxOutputTokens: settings.get('maxOutputTokens'),
          catalogue: known,
          workspace,
          workspaceKey: workspaceKey(),
          nowMs: this.parts.wallTime(),
        },
        signal,
      ),
    );
    // Where Slipstream may choose the model, that is not its name.
    return { plan, modelName: known.find(model.id)?.name ?? model.name };
  }

  /** Throws `CancelledError` where the user does not want it. */
  private async agree({ plan, modelName }: Planned): Promise<void> {
    if (!((await this.mayCost(plan.estimate.usd)) && (await confirmPlan(plan, modelName)))) {
      throw new CancelledError();
    }
  }

  /** At a limit on spending only the user can go on. Batches that run count with what they may cost. */
  private async mayCost(usd: number | undefined): Promise<boolean> {
    const { budget, jobs } = this.parts;
    const refusal = budget.refusalOf('bulk', usd === undefined ? usd : usd + jobs.pendingUsd());
    if (refusal === undefined) {
      return true;
    }
    const [goOn, change] = ['Go on without limits', 'Change the limit'];
    const modal = { modal: true };
    const chosen = await vscode.window.showWarningMessage(refusal, modal, goOn, change);
    if (chosen === goOn) {
      budget.allowOverBudget();
    } else if (chosen === change) {
      await openBudgetSettings();
    }
    return chosen === goOn;
  }

  /** The progress goes on while the command has long returned. */
  private watch(job: BulkJob): void {
    showProgress(this.parts.jobs, job.id).catch((error: unknown) =>
      this.parts.notifications.report('Showing the progress', error),
    );
  }

  private async batchEndpoint(
    connection: Connection,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (connection.kind !== 'anthropic') {
      return undefined;
    }
    try {
      const isOffered = await this.parts.client.isOffered(connection, signal);
      return isOffered ? connection.endpoint : undefined;
    } catch (error) {
      throw error instanceof BatchError ? new UserError(error.message, { cause: error }) : error;
    }
  }

  private async decide(jobId: string): Promise<void> {
    const [again, leave] = ['Send again', 'Leave them out'];
    const detail =
      'Slipstream was interrupted while it sent these files, and the provider names no batch that is certainly theirs. If it took them after all, sending them again pays for them twice.';
    const chosen = await vscode.window.showWarningMessage(
      'Send the files again?',
      { modal: true, detail },
      again,
      leave,
    );
    if (chosen !== undefined) {
      this.parts.jobs.decide(jobId, chosen === again);
    }
  }

  private async remove(jobId: string): Promise<void> {
    const { jobs } = this.parts;
    const job = jobs.job(jobId);
    const discard = 'Discard';
    const detail = 'The answers that you have not applied are lost.';
    const isSure =
      job.counts.open === 0 ||
      (await vscode.window.showWarningMessage(
        `Discard this job? ${endingOf(job)}`,
        { modal: true, detail },
        discard,
      )) === discard;
    if (isSure) {
      jobs.remove(jobId);
    }
  }
}

import * as vscode from 'vscode';
import { UserError } from '../../base/errors.ts';
import { fileOfAnswer } from '../../core/model/batches/bulkAnswer.ts';
import type { BulkItem, BulkJob } from '../../core/model/batches/bulkJob.ts';
import { hashOf } from '../../core/model/batches/bulkParts.ts';
import { bulkTask, testPathOf } from '../../core/model/batches/bulkTask.ts';
import { beginJobTrace } from '../../core/model/batches/bulkTrace.ts';
import type { Catalogue } from '../../core/model/catalogue.ts';
import type { BulkStore } from '../../core/store/bulkStore.ts';
import { operation } from '../../core/telemetry/spanNames.ts';
import type { Tracing } from '../../core/telemetry/tracing.ts';
import { resolvePath } from '../../core/tools/paths.ts';
import type { Workspace } from '../../core/tools/workspace.ts';
import type { CodeBlocks } from '../codeBlocks.ts';
import type { Notifications } from '../notifications.ts';
import type { Reports } from '../reports.ts';
import type { WorkspaceFolders } from '../workspaceFolders.ts';
import type { BulkJobs } from './bulkJobs.ts';
import { jobTitle } from './bulkPlan.ts';
import { type BulkReportLinks, bulkReport } from './bulkReport.ts';

export interface BulkReviewParts {
  readonly jobs: BulkJobs;
  readonly tracing: Tracing;
  readonly store: BulkStore;
  readonly workspace: Workspace;
  readonly folders: WorkspaceFolders;
  readonly codeBlocks: CodeBlocks;
  readonly reports: Reports;
  readonly links: BulkReportLinks;
  readonly notifications: Notifications;
  readonly catalogue: () => Promise<Catalogue>;
  /** Begins a job like another over some of its files, once the user has agreed. */
  readonly runAgain: (job: BulkJob, paths: readonly string[]) => Promise<boolean>;
}

type Choice = vscode.QuickPickItem & { readonly run?: () => Promise<void> };

/** Shows what came of a job, and takes it into the files one by one. */
export class BulkReview {
  private readonly parts: BulkReviewParts;

  constructor(parts: BulkReviewParts) {
    this.parts = parts;
  }

  /** Answers to be read open as one document; changes of files are chosen from a list. */
  async open(jobId: string): Promise<void> {
    const job = this.parts.jobs.job(jobId);
    const items = this.parts.store.items(jobId);
    const isRead = !bulkTask(job.task).changesFiles;
    if (!isRead && !this.parts.workspace.isTrusted()) {
      throw new UserError('Trust this folder first: this job changes files.');
    }
    if (isRead) {
      await this.showReport(job, items);
    }
    const choices = [
      ...(isRead ? [] : this.fileChoices(job, items)),
      ...this.failureChoices(job, items),
    ];
    if (choices.length > 0) {
      const chosen = await vscode.window.showQuickPick(choices, {
        title: jobTitle(job.task, job.counts.total),
        placeHolder: isRead ? 'Some files have no answer' : 'Choose a change to look at',
        matchOnDescription: true,
      });
      await chosen?.run?.();
    } else if (!isRead) {
      throw new UserError('There is nothing left to look at in this job.');
    }
  }

  private async showReport(job: BulkJob, items: readonly BulkItem[]): Promise<void> {
    const { store, folders, reports, links, catalogue } = this.parts;
    const shown = items.map((item) => ({
      item,
      displayPath: folders.displayPath(item.path),
      answer: store.answer(item.id),
    }));
    const name = jobTitle(job.task, job.counts.total);
    links.set(
      name,
      new Map(shown.map(({ displayPath, item }) => [displayPath, folders.uriOf(item.path)])),
    );
    const model = (await catalogue()).find(job.model)?.name ?? job.model;
    await reports.show(name, bulkReport(job, shown, model));
  }

  private fileChoices(job: BulkJob, items: readonly BulkItem[]): readonly Choice[] {
    return items.filter(isOpen).map((item) => ({
      label: `$(diff) ${this.parts.folders.displayPath(item.path)}`,
      run: () => this.offer(job, item),
    }));
  }

  private failureChoices(job: BulkJob, items: readonly BulkItem[]): readonly Choice[] {
    const failed = items.filter((item) => item.problem !== undefined && item.review === 'open');
    if (failed.length === 0) {
      return [];
    }
    const label = failed.length === 1 ? 'the file' : `the ${failed.length} files`;
    const again: Choice = {
      label: `$(refresh) Run ${label} without an answer again`,
      run: () => this.again(job, failed),
    };
    const separator = {
      label: 'Without an answer',
      kind: vscode.QuickPickItemKind.Separator,
    };
    const shown = failed.map((item) => ({
      label: `$(error) ${this.parts.folders.displayPath(item.path)}`,
      ...(item.problem === undefined ? {} : { description: item.problem }),
      run: () => this.again(job, [item]),
    }));
    return [separator, again, ...shown];
  }

  private async again(job: BulkJob, items: readonly BulkItem[]): Promise<void> {
    const isBegun = await this.parts.runAgain(
      job,
      items.map(({ path }) => path),
    );
    if (isBegun) {
      this.settle(job, items);
    }
  }

  private settle(job: BulkJob, items: readonly BulkItem[]): void {
    for (const { id } of items) {
      this.parts.jobs.review(job.id, id, 'discarded');
    }
  }

  /** Shows one change. A file that is not as it was sent is left alone, with the reason. */
  private async offer(job: BulkJob, item: BulkItem): Promise<void> {
    const { codeBlocks, store, jobs } = this.parts;
    const answer = store.answer(item.id);
    if (answer === undefined) {
      throw new UserError('This change was already applied or discarded.');
    }
    const { text: before } = await this.parts.workspace.readText(item.path);
    if (hashOf(before) !== item.hash) {
      this.tellChanged(job, item);
      return;
    }
    const change =
      job.task === 'tests'
        ? { path: await this.newTestPath(item), before: undefined }
        : { path: item.path, before };
    const after = fileOfAnswer(answer, change.before);
    if (after === change.before) {
      jobs.review(job.id, item.id, 'discarded');
      this.parts.notifications.info(
        `Nothing is to be changed in ${this.parts.folders.displayPath(item.path)}.`,
      );
      await this.next(job, item);
      return;
    }
    await codeBlocks.offer({
      ...change,
      after,
      applyWithin: (apply) => this.applyTraced(job, apply),
      onSettled: async (decision) => {
        jobs.review(job.id, item.id, decision);
        await this.next(job, item);
      },
    });
  }

  private async applyTraced(job: BulkJob, apply: () => Promise<void>): Promise<void> {
    const trace = beginJobTrace(this.parts.tracing, job.id, operation.bulkApply);
    trace?.enter(operation.actionApply);
    try {
      await apply();
    } catch (error) {
      trace?.fail(error);
      throw error;
    } finally {
      trace?.end();
    }
  }

  /** The change after this one in the list, where there is one. */
  private async next(job: BulkJob, after: BulkItem): Promise<void> {
    const items = this.parts.store.items(job.id);
    const index = items.findIndex(({ id }) => id === after.id);
    const following = items.slice(index + 1).find(isOpen);
    if (following) {
      await this.offer(job, following);
    }
  }

  private tellChanged(job: BulkJob, item: BulkItem): void {
    const shown = this.parts.folders.displayPath(item.path);
    this.parts.notifications.offer(
      `${shown} was changed since it was sent, so the answer no longer fits it. Nothing was changed.`,
      'Run on it again',
      () => this.again(job, [item]),
    );
  }

  private async newTestPath(item: BulkItem): Promise<string> {
    const target = await resolvePath(testPathOf(item.path), this.parts.workspace.roots());
    if (target.kind !== 'missing') {
      throw new UserError(
        `${target.display} exists already. Nothing was changed. Move it away to look at the new tests.`,
      );
    }
    return target.path;
  }
}

function isOpen({ state, review }: BulkItem): boolean {
  return state === 'succeeded' && review === 'open';
}

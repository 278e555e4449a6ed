import * as vscode from 'vscode';
import type { BulkJobs } from './bulkJobs.ts';

/** Shows how far a job is under a notification, whose Cancel button cancels it. */
export async function showProgress(jobs: BulkJobs, jobId: string): Promise<void> {
  const { title } = jobs.view(jobs.job(jobId));
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  await vscode.window.withProgress(options, async (progress, token) => {
    let shown = 0;
    const ended = new Promise<void>((resolve) => {
      const update = (): void => {
        const job = jobs.all().find(({ id }) => id === jobId);
        const view = job && jobs.view(job);
        if (!view || view.state === 'ended' || view.state === 'asking') {
          subscription.dispose();
          resolve();
          return;
        }
        const percent = (view.finished / view.total) * 100;
        const message = `${view.finished} of ${view.total}. ${view.detail}`;
        progress.report({ message, increment: percent - shown });
        shown = percent;
      };
      const subscription = jobs.onDidChange(update);
      update();
    });
    const cancellation = token.onCancellationRequested(() => jobs.cancel(jobId));
    try {
      await ended;
    } finally {
      cancellation.dispose();
    }
  });
}

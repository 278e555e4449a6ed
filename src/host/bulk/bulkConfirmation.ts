import * as vscode from 'vscode';
import { formatUsd } from '../../core/model/budget/wording.ts';
import { type BulkPlan, jobTitle } from './bulkPlan.ts';

/** More names than these make a dialog that nobody reads. */
const shownSkipped = 8;

/** Shows what a job would take, and whether the user wants it. */
export async function confirmPlan(plan: BulkPlan, modelName: string): Promise<boolean> {
  const start = 'Start';
  const title = jobTitle(plan.job.task, plan.job.items.length);
  const chosen = await vscode.window.showInformationMessage(
    `${title}?`,
    { modal: true, detail: describePlan(plan, modelName) },
    start,
  );
  return chosen === start;
}

/** What a job would take, in words. */
export function describePlan({ job, estimate, skipped }: BulkPlan, modelName: string): string {
  const { requests, inputTokens, outputTokens } = estimate;
  const count = requests === 1 ? '1 request' : `${requests} requests`;
  const tokens = `About ${formatTokens(inputTokens)} tokens are sent and ${formatTokens(outputTokens)} come back.`;
  const paragraphs = [`${count} to ${modelName}. ${tokens}`, describeCost(job.endpoint, estimate)];
  if (skipped.length > 0) {
    const lines = skipped
      .slice(0, shownSkipped)
      .map(({ displayPath, reason }) => `${displayPath}: ${reason}`);
    const more = skipped.length - lines.length;
    paragraphs.push(['Left out:', ...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
  }
  return paragraphs.join('\n\n');
}

function describeCost(
  endpoint: string | undefined,
  { usd, singleUsd }: BulkPlan['estimate'],
): string {
  const way =
    endpoint === undefined
      ? 'This server has no batches, so the files are asked about one by one.'
      : 'Sent as a batch, which usually takes less than an hour and 24 hours at the most.';
  if (usd === undefined || singleUsd === undefined) {
    return `No price is known for this model. ${way}`;
  }
  const saving =
    endpoint === undefined
      ? ''
      : ` That is ${formatUsd(singleUsd - usd)} less than the ${formatUsd(singleUsd)} of asking one by one.`;
  return `About ${formatUsd(usd)}.${saving} ${way}`;
}

function formatTokens(count: number): string {
  return count < 1_000 ? String(count) : `${Math.round(count / 1_000).toLocaleString('en')}K`;
}

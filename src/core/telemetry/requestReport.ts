import { formatCost, formatDuration, formatTokens } from '../../shared/figures.ts';
import type { DecisionMaker } from '../model/decisionTrail.ts';
import type { Usage } from '../model/message.ts';
import type { RequestRecord } from '../model/requestLog.ts';

export interface RequestReportParts {
  readonly nameOf: (model: string) => string;
  /** US dollars; undefined where the price is not known. */
  readonly costOf: (usage: Usage, model: string) => number | undefined;
  /** The local time of a moment, for a heading. */
  readonly formatTime: (wallTimeMs: number) => string;
}

const makers: Readonly<Record<DecisionMaker, string>> = {
  context: 'Context',
  budget: 'Budget',
  route: 'Model',
  singleFlight: 'Sharing',
  cache: 'Cache',
  schedule: 'Queue',
  thinkingRecovery: 'Thinking',
  retry: 'Retry',
  failover: 'Endpoint',
  promptCache: 'Prompt cache',
};

const surfaces: Readonly<Record<RequestRecord['surface'], string>> = {
  chat: 'Chat',
  completion: 'Completion',
  codeAction: 'Code action',
  summary: 'Summary',
  commitMessage: 'Commit message',
  bulk: 'Bulk job',
};

/** The last requests as markdown, the newest first, each with what was decided about it and why. */
export function requestReport(
  records: readonly RequestRecord[],
  parts: RequestReportParts,
): string {
  const intro =
    records.length === 0
      ? 'No model was asked in this window yet.'
      : 'What was asked of models in this window, the newest first, and what was decided on the way. Nothing of what you or the model wrote is kept here.';
  const sections = records.toReversed().map((record) => section(record, parts));
  return `${['# Recent requests', intro, ...sections].join('\n\n')}\n`;
}

function section(record: RequestRecord, parts: RequestReportParts): string {
  const { surface, model, startedAt, outcome, failure, decisions } = record;
  const title = `## ${parts.formatTime(startedAt)}: ${surfaces[surface]}, ${parts.nameOf(model)}`;
  const figures = figuresOf(record, parts).join(', ');
  const end =
    outcome === 'done' ? [] : [outcome === 'failed' ? `Failed: ${failure}` : 'Cancelled.'];
  const list = decisions.map(
    ({ by, text, atMs }) => `- ${makers[by]}, after ${formatDuration(atMs)}: ${text}`,
  );
  return [title, figures, ...end, ...(list.length > 0 ? [list.join('\n')] : [])].join('\n\n');
}

function figuresOf(
  { firstTokenMs, durationMs, usage, attempts, model }: RequestRecord,
  { costOf }: RequestReportParts,
): readonly string[] {
  const time =
    firstTokenMs === undefined
      ? formatDuration(durationMs)
      : `${formatDuration(durationMs)}, the first word after ${formatDuration(firstTokenMs)}`;
  const tries = attempts > 1 ? [`${attempts} tries`] : [];
  return [time, ...tries, ...(usage ? usageFigures(usage, costOf(usage, model)) : [])];
}

function usageFigures(usage: Usage, costUsd: number | undefined): readonly string[] {
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const cached =
    usage.cacheReadTokens > 0 ? ` (${formatTokens(usage.cacheReadTokens)} from the cache)` : '';
  return [
    `${formatTokens(prompt)} tokens in${cached}`,
    `${formatTokens(usage.outputTokens)} out`,
    costUsd === undefined ? 'price not known' : formatCost(costUsd),
  ];
}

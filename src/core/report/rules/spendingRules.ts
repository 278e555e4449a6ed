import { formatCost, formatTokens } from '../../../shared/figures.ts';
import type { RequestRecord } from '../../model/requestLog.ts';
import { leastCases, percent, type Recommendation, type Rule } from '../recommendation.ts';
import type { ReportData } from '../reportData.ts';

/** Where money goes that need not. */
export const spendingRules: readonly Rule[] = [
  { id: 'spending.priceStep', check: nearPriceStep },
  { id: 'spending.longContext', check: longContext },
  { id: 'spending.autoCompact', check: compactingIsOff },
  { id: 'spending.effort', check: muchThinking },
  { id: 'spending.fast', check: fastIsDear },
  { id: 'spending.pinned', check: pinnedForSmallThings },
  { id: 'spending.month', check: monthRunsOut },
  { id: 'spending.cacheOff', check: cacheIsOff },
];

/** From here on a few more messages reach the step. */
const nearStep = 0.85;
const notableShare = 0.1;

function promptTokens({ usage }: RequestRecord): number {
  return usage ? usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens : 0;
}

function nearPriceStep({ requests, model }: ReportData): Recommendation | undefined {
  const priced = requests.filter((one) => model(one.model).priceStepTokens !== undefined);
  const near = priced.filter(
    (one) => promptTokens(one) >= (model(one.model).priceStepTokens ?? 0) * nearStep,
  );
  const [first] = near;
  if (!first || priced.length < leastCases || near.length / priced.length < notableShare) {
    return undefined;
  }
  const { name, priceStepTokens = 0 } = model(first.model);
  return {
    title: `Prompts come near the price step of ${name}`,
    evidence: `${near.length} of ${priced.length} prompts had more than ${formatTokens(priceStepTokens * nearStep)} tokens; above ${formatTokens(priceStepTokens)} every token costs more.`,
    gain: 'A summary of earlier messages, or a new thread, keeps below the step.',
    action: {
      kind: 'command',
      command: 'slipstream.compactThread',
      label: 'Summarize earlier messages',
    },
  };
}

const fullWindow = 0.6;

function longContext({ requests, model }: ReportData): Recommendation | undefined {
  const known = requests.filter(
    (one) => one.surface === 'chat' && one.usage && model(one.model).windowTokens,
  );
  const long = known.filter(
    (one) => promptTokens(one) > (model(one.model).windowTokens ?? 0) * fullWindow,
  );
  if (known.length < leastCases || long.length / known.length < notableShare) {
    return undefined;
  }
  return {
    title: 'Threads grow long',
    evidence: `${percent(long.length / known.length)} of the requests in the chat filled more than ${percent(fullWindow)} of the window.`,
    gain: 'Each request costs and takes as much as its whole thread: a new one for a new task begins small.',
    action: { kind: 'command', command: 'slipstream.newThread', label: 'Begin a new thread' },
  };
}

/** Prompts of this length cost cents each, whatever the model. */
const longPromptTokens = 100_000;

function compactingIsOff({ requests, settings }: ReportData): Recommendation | undefined {
  const long = requests.filter((one) => promptTokens(one) > longPromptTokens);
  if (settings.get('context.autoCompact') || long.length < leastCases) {
    return undefined;
  }
  return {
    title: 'Long threads are sent whole',
    evidence: `${long.length} prompts had more than ${formatTokens(longPromptTokens)} tokens, and summaries are turned off.`,
    gain: 'Summaries of earlier messages make the prompts of long threads several times shorter.',
    action: { kind: 'setting', key: 'context.autoCompact', label: 'Turn summaries on' },
  };
}

const mostlyThinking = 0.7;

function muchThinking({ requests, settings }: ReportData): Recommendation | undefined {
  const effort = settings.get('effort');
  const answered = requests.filter(({ surface, usage }) => surface === 'chat' && usage);
  const thinking = answered.reduce((sum, { usage }) => sum + (usage?.thinkingTokens ?? 0), 0);
  const output = answered.reduce((sum, { usage }) => sum + (usage?.outputTokens ?? 0), 0);
  const isHigh = effort === 'high' || effort === 'xhigh' || effort === 'max';
  if (!isHigh || answered.length < leastCases || thinking < output * mostlyThinking) {
    return undefined;
  }
  return {
    title: 'Most of what models write is thinking',
    evidence: `${percent(thinking / output)} of the ${formatTokens(output)} tokens written in the chat were thinking, at effort “${effort}”.`,
    gain: 'The models’ own default thinks less where little is needed, which is cheaper and quicker.',
    action: { kind: 'setting', key: 'effort', label: 'Change the effort' },
  };
}

function fastIsDear({ figures, settings }: ReportData): Recommendation | undefined {
  const cost = figures.histogram({ name: 'cost' });
  const background =
    figures.sum({ name: 'cost', surface: 'summary' }) +
    figures.sum({ name: 'cost', surface: 'bulk' });
  const share = cost.sum === 0 ? 0 : background / cost.sum;
  if (settings.get('speed') !== 'fast' || cost.count < leastCases || share < notableShare) {
    return undefined;
  }
  return {
    title: 'You pay for speed where nobody waits',
    evidence: `${percent(share)} of the cost is for summaries and jobs on many files, at the price of the fast mode.`,
    gain: 'The fast mode costs about twice as much; without it these parts cost half.',
    action: { kind: 'setting', key: 'speed', label: 'Change the speed' },
  };
}

/** A prompt and an answer that any current model masters. */
const smallPromptTokens = 4_000;
const smallAnswerTokens = 400;
const mostlySmall = 0.6;

function pinnedForSmallThings({
  requests,
  settings,
  figures,
}: ReportData): Recommendation | undefined {
  const pinned = settings.get('model');
  const asked = requests.filter((one) => one.model === pinned && one.surface === 'chat');
  const small = asked.filter(
    (one) =>
      promptTokens(one) <= smallPromptTokens && (one.usage?.outputTokens ?? 0) <= smallAnswerTokens,
  );
  if (pinned === '' || asked.length < leastCases || small.length / asked.length < mostlySmall) {
    return undefined;
  }
  const costUsd = figures.sum({ name: 'cost', model: pinned });
  return {
    title: 'A pinned model answers small questions',
    evidence: `${percent(small.length / asked.length)} of its ${asked.length} requests were short questions with short answers; it cost ${formatCost(costUsd)}.`,
    gain: 'Left open, the model is chosen by the task: small questions go to one that is quicker and many times cheaper.',
    action: { kind: 'command', command: 'slipstream.selectModel', label: 'Choose the model' },
  };
}

const dayMs = 24 * 60 * 60_000;

function monthRunsOut({ period, spent, settings }: ReportData): Recommendation | undefined {
  const limitUsd = settings.get('budget.monthUsd');
  const now = new Date(period.toMs);
  const days = new Date(now.getFullYear(), now.getMonth() + 1, 0).getDate();
  const begun = new Date(now.getFullYear(), now.getMonth(), 1).getTime();
  const passed = (period.toMs - begun) / dayMs;
  const expectedUsd = (spent.monthUsd / Math.max(passed, 1)) * days;
  if (limitUsd === 0 || expectedUsd <= limitUsd || spent.monthUsd >= limitUsd) {
    return undefined;
  }
  return {
    title: 'The month’s limit will not last',
    evidence: `${formatCost(spent.monthUsd)} of ${formatCost(limitUsd)} are spent after ${Math.floor(passed)} of ${days} days; at this pace it would be ${formatCost(expectedUsd)}.`,
    gain: 'A limit by day or by part spreads it, and says earlier where it goes.',
    action: { kind: 'setting', key: 'budget.surfaces', label: 'Limit single parts' },
  };
}

function cacheIsOff({ figures, settings }: ReportData): Recommendation | undefined {
  const completions =
    figures.count({ name: 'outputTokens', surface: 'completion' }) +
    figures.count({ name: 'outputTokens', surface: 'codeAction' });
  if (settings.get('cache.enabled') || completions < leastCases) {
    return undefined;
  }
  return {
    title: 'Answers are asked for again',
    evidence: `${completions} completions and code actions went to a model, and keeping answers is turned off.`,
    gain: 'What was asked before is answered at once and for nothing.',
    action: { kind: 'setting', key: 'cache.enabled', label: 'Keep answers' },
  };
}

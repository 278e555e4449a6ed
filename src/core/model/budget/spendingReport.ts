import type { UsagePeriod, UsageTotals } from '../../store/usageRecords.ts';
import { addUsage, noUsage, type Usage } from '../message.ts';
import { type Limit, type LimitState, stateOf } from './limits.ts';
import { formatUsd, nameOfLimit, nameOfSurface, upperFirst } from './wording.ts';

export interface SpendingReportParts {
  readonly totals: readonly UsageTotals[];
  readonly limits: readonly Limit[];
  readonly areLimitsLifted: boolean;
  /** For the user. */
  readonly nameOf: (model: string) => string;
}

const titles: readonly (readonly [UsagePeriod, string])[] = [
  ['day', 'Today'],
  ['month', 'This month'],
  ['session', 'This window’s session'],
];

/** What was spent on models, as markdown for the user. No dollar in it is invented. */
export function spendingReport(parts: SpendingReportParts): string {
  const periods = titles.flatMap(([period, title]) => [
    `## ${title}`,
    ...periodParts(
      parts.totals.filter((row) => row.period === period),
      parts.nameOf,
    ),
  ]);
  return `${['# Spending on models', ...limitParts(parts), ...periods, ...notes].join('\n\n')}\n`;
}

const notes: readonly string[] = [
  'Calls count from the moment they are sent: with an estimate while they run, and with what the provider counted once they have ended. An estimate stays where the end of a call was never seen. Answers from the cache and offline answers cost nothing and are not listed.',
];

function limitParts({ limits, totals, areLimitsLifted }: SpendingReportParts): readonly string[] {
  if (limits.length === 0) {
    return ['No limit is set. Limits are in the settings below `slipstream.budget`.'];
  }
  const lines = limits.map((limit) => `- ${limitLine(stateOf(limit, totals))}`);
  const lifted = areLimitsLifted ? ['You lifted all limits until this window is closed.'] : [];
  return [lines.join('\n'), ...lifted];
}

function limitLine(state: LimitState): string {
  const percent = Math.round((state.spentUsd / state.limit.usd) * 100);
  return `${nameOfLimit(state)}: ${formatUsd(state.spentUsd)} spent, ${percent} %.`;
}

function periodParts(
  rows: readonly UsageTotals[],
  nameOf: SpendingReportParts['nameOf'],
): readonly string[] {
  if (rows.length === 0) {
    return ['No call was made.'];
  }
  return [
    table('For', rows, (row) => upperFirst(nameOfSurface(row.surface))),
    table('Model', rows, (row) => nameOf(row.model)),
  ];
}

interface Line {
  readonly calls: number;
  readonly running: number;
  readonly usd: number;
  readonly usage: Usage;
  readonly unpriced: number;
}

const noLine: Line = { calls: 0, running: 0, usd: 0, usage: noUsage, unpriced: 0 };

function table(
  heading: string,
  rows: readonly UsageTotals[],
  nameOf: (row: UsageTotals) => string,
): string {
  const lines = new Map<string, Line>();
  for (const row of rows) {
    const name = nameOf(row);
    lines.set(name, added(lines.get(name) ?? noLine, row));
  }
  const byCost = [...lines].sort(([, left], [, right]) => right.usd - left.usd);
  const all = rows.reduce(added, noLine);
  return [
    `| ${heading} | Calls | Tokens in | Read from cache | Written to cache | Tokens out | Thinking | Cost |`,
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...byCost.map(([name, line]) => lineText(name, line)),
    ...(byCost.length > 1 ? [lineText('**All**', all)] : []),
  ].join('\n');
}

function added(sum: Line, row: Line): Line {
  return {
    calls: sum.calls + row.calls,
    running: sum.running + row.running,
    unpriced: sum.unpriced + row.unpriced,
    usd: sum.usd + row.usd,
    usage: addUsage(sum.usage, row.usage),
  };
}

function lineText(name: string, line: Line): string {
  const { usage } = line;
  const tokens = [
    usage.inputTokens,
    usage.cacheReadTokens,
    usage.cacheWriteTokens,
    usage.outputTokens,
    usage.thinkingTokens,
  ];
  const calls = line.running > 0 ? `${line.calls} (${line.running} not ended)` : `${line.calls}`;
  const cells = [name, calls, ...tokens.map((count) => count.toLocaleString('en-US')), cost(line)];
  return `| ${cells.join(' | ')} |`;
}

/** Dollars for what has a price, and the rest by its number: its tokens are in the line. */
function cost({ usd, unpriced, calls }: Line): string {
  if (unpriced === 0) {
    return formatUsd(usd);
  }
  const rest = `no price known for ${unpriced} ${unpriced === 1 ? 'call' : 'calls'}`;
  return unpriced === calls ? upperFirst(rest) : `${formatUsd(usd)}, ${rest}`;
}

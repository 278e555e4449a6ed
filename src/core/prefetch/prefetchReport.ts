import { formatCost } from '../../shared/figures.ts';
import type { PrefetchCounters, PrefetchKind } from './preparation.ts';

const names: Readonly<Record<PrefetchKind, string>> = {
  connection: 'Connection',
  tokenizer: 'Tokenizer',
  promptCache: 'Prompt cache',
  summary: 'Summary',
  completion: 'Next completion',
};

/** What was prepared ahead and what came of it, as a section of markdown. */
export function prefetchReport(counters: ReadonlyMap<PrefetchKind, PrefetchCounters>): string {
  const intro =
    'Slipstream prepares what is likely needed next while you turn to the input and type, and after you accept a completion. What is used too rarely is switched off, and tried again from time to time.';
  const rows = [...counters].map(
    ([kind, { tries, hits, wasted, costUsd, isOff }]) =>
      `| ${names[kind]} | ${tries} | ${hits} | ${wasted} | ${formatCost(costUsd)} | ${isOff ? 'off' : 'on'} |`,
  );
  const table = [
    '| what | prepared | used | wasted | cost | now |',
    '|---|---|---|---|---|---|',
    ...rows,
  ];
  return `## Prepared ahead\n\n${intro}\n\n${table.join('\n')}\n`;
}

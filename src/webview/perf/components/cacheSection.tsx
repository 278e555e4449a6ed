import type { JSX } from 'preact';
import { formatCost, formatDuration } from '../../../shared/figures.ts';
import type { CacheRow, SavingRow } from '../../../shared/perf.ts';
import { dataOf } from '../perfPanel.ts';
import { formatBytes, formatShare } from '../text/formatBytes.ts';
import { type FigureColumn, FigureTable } from './figureTable.tsx';
import { usePerf } from './perfContext.ts';

const tierColumns: readonly FigureColumn<CacheRow>[] = [
  { name: 'Tier', cell: ({ name }) => name },
  { name: 'Hits', isNumber: true, cell: ({ hits }) => hits.toLocaleString() },
  { name: 'Misses', isNumber: true, cell: ({ misses }) => misses.toLocaleString() },
  {
    name: 'Hit rate',
    isNumber: true,
    cell: ({ hits, misses }) => formatShare(hits, hits + misses),
  },
  {
    name: 'Size',
    isNumber: true,
    cell: ({ bytes, limitBytes }) =>
      bytes === undefined
        ? '–'
        : `${formatBytes(bytes)}${limitBytes === undefined ? '' : ` of ${formatBytes(limitBytes)}`}`,
  },
  {
    name: 'Saved, time',
    isNumber: true,
    cell: ({ savedMs }) => (savedMs === undefined ? '–' : formatDuration(savedMs)),
  },
  {
    name: 'Saved, cost',
    isNumber: true,
    cell: ({ savedUsd }) => (savedUsd === undefined ? '–' : formatCost(savedUsd)),
  },
  { name: 'Evicted', isNumber: true, cell: ({ evictions }) => evictions?.toLocaleString() ?? '–' },
];

const savingColumns: readonly FigureColumn<SavingRow>[] = [
  { name: 'Kind', cell: ({ name }) => name },
  { name: 'Of use', isNumber: true, cell: ({ used }) => used.toLocaleString() },
  { name: 'In vain', isNumber: true, cell: ({ wasted }) => wasted.toLocaleString() },
  {
    name: 'Share of use',
    isNumber: true,
    cell: ({ used, wasted }) => formatShare(used, used + wasted),
  },
];

export function CacheSection(): JSX.Element {
  const cache = dataOf(usePerf().data, 'cache')?.cache;
  if (!cache) {
    return <div class="perf-waiting" aria-busy="true" />;
  }
  return (
    <>
      <p class="perf-lead">
        {cache.savedMs === 0 && cache.savedUsd === 0
          ? 'No answer was given a second time in this window yet.'
          : `Answers that need not be made again saved ${formatDuration(cache.savedMs)} of waiting and ${formatCost(cache.savedUsd)} in this window.`}
      </p>
      <FigureTable
        caption="Caches"
        columns={tierColumns}
        rows={cache.tiers}
        keyOf={({ name }) => name}
        empty="Nothing was looked for in a cache yet."
      />
      <FigureTable
        caption="Shared, combined and prepared ahead"
        columns={savingColumns}
        rows={cache.sharing}
        keyOf={({ name }) => name}
        empty="Nothing was shared or prepared yet."
      />
    </>
  );
}

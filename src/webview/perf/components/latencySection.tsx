import type { JSX } from 'preact';
import { formatDuration } from '../../../shared/figures.ts';
import type { LatencyRow } from '../../../shared/perf.ts';
import { dataOf } from '../perfPanel.ts';
import { Chart } from './chart.tsx';
import { type FigureColumn, FigureTable } from './figureTable.tsx';
import { usePerf } from './perfContext.ts';

const columns: readonly FigureColumn<LatencyRow>[] = [
  { name: 'Operation', cell: ({ operation }) => operation },
  { name: 'For', cell: ({ surface }) => surface },
  { name: 'Count', isNumber: true, cell: ({ count }) => count.toLocaleString() },
  { name: 'p50', isNumber: true, cell: ({ p50Ms }) => formatDuration(p50Ms) },
  { name: 'p95', isNumber: true, cell: ({ p95Ms }) => formatDuration(p95Ms) },
  { name: 'p99', isNumber: true, cell: ({ p99Ms }) => formatDuration(p99Ms) },
];

export function LatencySection(): JSX.Element {
  const latency = dataOf(usePerf().data, 'latency')?.latency;
  if (!latency) {
    return <div class="perf-waiting" aria-busy="true" />;
  }
  return (
    <>
      <Chart
        title="Requests to models"
        series={latency.series}
        format={formatDuration}
        empty="No request was made in this period."
      />
      <p class="perf-dim">
        Half of them took p50 at most; all but 5 of a hundred p95, and all but 1 p99.
      </p>
      <FigureTable
        caption="By operation"
        columns={columns}
        rows={latency.rows}
        keyOf={({ operation, surface }) => `${operation}\n${surface}`}
        empty="Nothing was measured in this period."
      />
    </>
  );
}

import type { ComponentChildren, JSX } from 'preact';
import { formatDuration } from '../../../shared/figures.ts';
import type { DatabaseRow, PoolRow, SystemView } from '../../../shared/perf.ts';
import { dataOf } from '../perfPanel.ts';
import { formatBytes } from '../text/formatBytes.ts';
import { Chart } from './chart.tsx';
import { type FigureColumn, FigureTable } from './figureTable.tsx';
import { usePerf } from './perfContext.ts';

const poolColumns: readonly FigureColumn<PoolRow>[] = [
  { name: 'Pool', cell: ({ name }) => name },
  { name: 'In use', isNumber: true, cell: ({ inUse }) => inUse },
  { name: 'Idle', isNumber: true, cell: ({ idle }) => idle },
  { name: 'Created', isNumber: true, cell: ({ created }) => created.toLocaleString() },
  { name: 'Waiting', isNumber: true, cell: ({ waiting }) => waiting },
  { name: 'Waits', isNumber: true, cell: ({ waits }) => waits.toLocaleString() },
  { name: 'Waited', isNumber: true, cell: ({ totalWaitMs }) => formatDuration(totalWaitMs) },
];

const databaseColumns: readonly FigureColumn<DatabaseRow>[] = [
  { name: 'Database', cell: ({ name }) => name },
  { name: 'Statements', isNumber: true, cell: ({ queries }) => queries.toLocaleString() },
  { name: 'Time', isNumber: true, cell: ({ totalMs }) => formatDuration(totalMs) },
  { name: 'Errors', isNumber: true, cell: ({ errors }) => errors.toLocaleString() },
  {
    name: 'Rows a batch',
    isNumber: true,
    cell: ({ rowsPerBatch }) => rowsPerBatch?.toFixed(1) ?? '–',
  },
];

export function SystemSection(): JSX.Element {
  const system = dataOf(usePerf().data, 'system')?.system;
  if (!system) {
    return <div class="perf-waiting" aria-busy="true" />;
  }
  return (
    <>
      <Process system={system} />
      <Chart
        title="Memory in MB and event-loop delay in ms"
        series={system.series}
        format={(value) => String(Math.round(value))}
        empty="Nothing was measured in this period."
      />
      <Queue queue={system.queue} />
      <FigureTable
        caption="Pools"
        columns={poolColumns}
        rows={system.pools}
        keyOf={({ name }) => name}
        empty="No pool is in use yet."
      />
      <FigureTable
        caption="Databases"
        columns={databaseColumns}
        rows={system.databases}
        keyOf={({ name }) => name}
        empty="No database is open."
      />
    </>
  );
}

function Queue({ queue }: { queue: SystemView['queue'] }): JSX.Element {
  return (
    <Figures
      title="Requests to models"
      figures={[
        ['Under way', queue.running.toLocaleString()],
        ['Waiting for their turn', queue.waiting.toLocaleString()],
      ]}
    />
  );
}

function Process({ system }: { system: SystemView }): JSX.Element {
  const { memoryBytes, heapBytes, loopDelayMs, openHandles } = system;
  const figures: FiguresProps['figures'] = [
    ['Memory of the extension host', formatBytes(memoryBytes)],
    ['Its heap', formatBytes(heapBytes)],
    [
      'Event-loop delay, p50, p99 and longest',
      [loopDelayMs.p50, loopDelayMs.p99, loopDelayMs.max].map(formatDuration).join(', '),
    ],
    ['Open handles', String(openHandles)],
  ];
  return (
    <Figures title="Process" figures={figures}>
      <p class="perf-dim">
        The extension host runs all extensions; memory and delay are theirs, too.
      </p>
    </Figures>
  );
}

interface FiguresProps {
  readonly title: string;
  readonly figures: readonly (readonly [name: string, value: string])[];
  readonly children?: ComponentChildren;
}

function Figures({ title, figures, children }: FiguresProps): JSX.Element {
  return (
    <section class="perf-block" aria-label={title}>
      <h2>{title}</h2>
      <dl class="perf-figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {children}
    </section>
  );
}

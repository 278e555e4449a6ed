import type { JSX } from 'preact';
import { formatDuration } from '../../../shared/figures.ts';
import type { ModelRow } from '../../../shared/perf.ts';
import { dataOf } from '../perfPanel.ts';
import { type FigureColumn, FigureTable } from './figureTable.tsx';
import { usePerf } from './perfContext.ts';

const columns: readonly FigureColumn<ModelRow>[] = [
  { name: 'Model', cell: ({ model }) => model },
  { name: 'Calls', isNumber: true, cell: ({ calls }) => calls.toLocaleString() },
  {
    name: 'Answers that held',
    isNumber: true,
    cell: ({ success }) => (success === undefined ? '–' : `${Math.round(success * 100)} %`),
  },
  {
    name: 'First word',
    isNumber: true,
    cell: ({ firstTokenMs }) => (firstTokenMs === undefined ? '–' : formatDuration(firstTokenMs)),
  },
  {
    name: 'Tokens a second',
    isNumber: true,
    cell: ({ tokensPerSecond }) =>
      tokensPerSecond === undefined ? '–' : Math.round(tokensPerSecond).toLocaleString(),
  },
];

export function ModelsSection(): JSX.Element {
  const models = dataOf(usePerf().data, 'models')?.models;
  if (!models) {
    return <div class="perf-waiting" aria-busy="true" />;
  }
  return (
    <FigureTable
      caption="As measured in this workspace"
      columns={columns}
      rows={models}
      keyOf={({ model }) => model}
      empty="No model has answered in this workspace yet."
    />
  );
}

import { formatCost, formatDuration, formatTokens } from '../../../shared/figures.ts';
import type { RequestRow } from '../../../shared/perf.ts';
import type { SortKey } from '../state/requestOrder.ts';

/** A column of the list of requests. */
export interface RequestColumn {
  readonly key: SortKey;
  readonly name: string;
  readonly isNumber?: boolean;
  readonly cell: (row: RequestRow) => string;
}

const sources: Readonly<Record<RequestRow['source'], string>> = {
  model: '–',
  memory: 'memory',
  disk: 'disk',
  redis: 'team’s Redis',
  http: 'team’s HTTP cache',
  shared: 'shared',
};

export const columns: readonly RequestColumn[] = [
  { key: 'startedAt', name: 'Time', cell: ({ startedAt }) => timeText(startedAt) },
  { key: 'surface', name: 'Part', cell: ({ surface }) => surface },
  { key: 'model', name: 'Model', cell: ({ model }) => model },
  {
    key: 'firstTokenMs',
    name: 'First word',
    isNumber: true,
    cell: ({ firstTokenMs }) => (firstTokenMs === undefined ? '–' : formatDuration(firstTokenMs)),
  },
  {
    key: 'durationMs',
    name: 'Duration',
    isNumber: true,
    cell: ({ durationMs }) => formatDuration(durationMs),
  },
  {
    key: 'tokens',
    name: 'Tokens',
    isNumber: true,
    cell: ({ inputTokens, outputTokens }) =>
      `${formatTokens(inputTokens)} → ${formatTokens(outputTokens)}`,
  },
  {
    key: 'costUsd',
    name: 'Cost',
    isNumber: true,
    cell: ({ costUsd }) => (costUsd === undefined ? '–' : formatCost(costUsd)),
  },
  { key: 'source', name: 'Cache', cell: cacheText },
  {
    key: 'outcome',
    name: 'Outcome',
    cell: ({ outcome, failure }) => (failure === undefined ? outcome : `${outcome}: ${failure}`),
  },
];

/** Where the answer came from; of a model's answer, how much of the prompt the provider had kept. */
function cacheText({ source, cacheReadTokens, inputTokens }: RequestRow): string {
  if (source === 'model' && cacheReadTokens > 0 && inputTokens > 0) {
    return `prompt ${Math.round((cacheReadTokens / inputTokens) * 100)} %`;
  }
  return sources[source];
}

function timeText(time: number): string {
  return new Date(time).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

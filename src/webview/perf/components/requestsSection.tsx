import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import {
  arrange,
  everything,
  type RequestFilter,
  type RequestOrder,
} from '../state/requestOrder.ts';
import { usePerf } from './perfContext.ts';
import { RequestTable } from './requestTable.tsx';

const newestFirst: RequestOrder = { key: 'startedAt', isAscending: false };

/** The requests of this window: filter, sort, and open one to see where its time went. */
export function RequestsSection(): JSX.Element {
  const rows = usePerf().rows.value;
  const [filter, setFilter] = useState<RequestFilter>(everything);
  const [order, setOrder] = useState<RequestOrder>(newestFirst);
  const shown = useMemo(() => arrange(rows, filter, order), [rows, filter, order]);
  const surfaces = useMemo(() => [...new Set(rows.map(({ surface }) => surface))].sort(), [rows]);
  if (rows.length === 0) {
    return (
      <p class="perf-empty">
        No model was asked in this window yet. Ask something in the chat, or type in a file.
      </p>
    );
  }
  return (
    <>
      <Filters filter={filter} surfaces={surfaces} onChange={setFilter} />
      <p class="perf-count" role="status">
        {shown.length === rows.length
          ? `${rows.length.toLocaleString()} requests`
          : `${shown.length.toLocaleString()} of ${rows.length.toLocaleString()} requests`}
      </p>
      <RequestTable rows={shown} order={order} onOrder={setOrder} />
    </>
  );
}

interface FiltersProps {
  readonly filter: RequestFilter;
  readonly surfaces: readonly string[];
  readonly onChange: (filter: RequestFilter) => void;
}

function Filters({ filter, surfaces, onChange }: FiltersProps): JSX.Element {
  return (
    <div class="perf-filters">
      <input
        type="search"
        class="text-input"
        aria-label="Filter requests"
        placeholder="Filter by model, outcome, error"
        value={filter.text}
        onInput={({ currentTarget }) => onChange({ ...filter, text: currentTarget.value })}
      />
      <select
        class="perf-select"
        aria-label="Part"
        value={filter.surface}
        onChange={({ currentTarget }) => onChange({ ...filter, surface: currentTarget.value })}
      >
        <option value="">All parts</option>
        {surfaces.map((surface) => (
          <option key={surface} value={surface}>
            {surface}
          </option>
        ))}
      </select>
      <label class="perf-check">
        <input
          type="checkbox"
          checked={filter.onlyFailed}
          onChange={({ currentTarget }) =>
            onChange({ ...filter, onlyFailed: currentTarget.checked })
          }
        />
        Only failed
      </label>
    </div>
  );
}

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RequestRow } from '../../../shared/perf.ts';
import { Icon } from '../../components/icon.tsx';
import type { RequestOrder } from '../state/requestOrder.ts';
import { usePerf } from './perfContext.ts';
import { columns, type RequestColumn } from './requestColumns.ts';

/** As the stylesheet has it: rows of one height need not be measured. */
const rowPx = 24;
/** Rows drawn above and below what is in view, so that scrolling meets no gap. */
const marginRows = 10;

interface RequestTableProps {
  readonly rows: readonly RequestRow[];
  readonly order: RequestOrder;
  readonly onOrder: (order: RequestOrder) => void;
}

/** Draws the rows in view alone, however many there are. */
export function RequestTable({ rows, order, onOrder }: RequestTableProps): JSX.Element {
  const panel = usePerf();
  const place = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 0 });
  const [activeId, setActiveId] = useState<string | undefined>(undefined);
  // Keys may come faster than frames: the row to go on from is known before it is drawn.
  const latestId = useRef<string | undefined>(undefined);
  useEffect(() => {
    const element = place.current;
    if (!element) {
      return undefined;
    }
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(view.top / rowPx) - marginRows);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowPx) + marginRows);
  const activeIndex = indexOf(rows, activeId);
  const choose = (row: RequestRow | undefined): void => {
    latestId.current = row?.id;
    setActiveId(row?.id);
  };
  const latestIndex = (): number => indexOf(rows, latestId.current);
  const move = (step: number): void => {
    const index = Math.min(Math.max(latestIndex() + step, 0), rows.length - 1);
    choose(rows[index]);
    scrollTo(place.current, index);
  };
  const open = (row: RequestRow | undefined): void => {
    choose(row);
    if (row?.traceId !== undefined) {
      void panel.openTrace(row.traceId);
    }
  };
  const handleKey = (event: KeyboardEvent): void => {
    const step = stepOf(event.key);
    if (step !== undefined) {
      event.preventDefault();
      move(step);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      open(rows[latestIndex()]);
    }
  };
  return (
    <div
      class="perf-requests"
      ref={place}
      onScroll={({ currentTarget: { scrollTop, clientHeight } }) =>
        setView({ top: scrollTop, height: clientHeight })
      }
    >
      <table class="perf-table" aria-label="Requests" aria-rowcount={rows.length + 1}>
        <Head order={order} onOrder={onOrder} />
        <tbody onKeyDown={handleKey}>
          <Spacer rows={first} />
          {rows.slice(first, last).map((row, offset) => (
            <Row
              key={row.id}
              row={row}
              index={first + offset}
              isActive={first + offset === activeIndex}
              takesFocus={row.id === activeId}
              onOpen={() => open(row)}
            />
          ))}
          <Spacer rows={rows.length - last} />
        </tbody>
      </table>
    </div>
  );
}

/** The first row stands for one that is not known, or not shown any more. */
function indexOf(rows: readonly RequestRow[], id: string | undefined): number {
  return Math.max(
    0,
    rows.findIndex((row) => row.id === id),
  );
}

/** Takes the place of rows that are not drawn. */
function Spacer({ rows }: { rows: number }): JSX.Element | null {
  if (rows <= 0) {
    return null;
  }
  return (
    <tr class="perf-spacer">
      <td colSpan={columns.length} style={{ height: `${rows * rowPx}px` }} />
    </tr>
  );
}

function Head({ order, onOrder }: Pick<RequestTableProps, 'order' | 'onOrder'>): JSX.Element {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <HeadCell key={column.key} column={column} order={order} onOrder={onOrder} />
        ))}
      </tr>
    </thead>
  );
}

interface HeadCellProps extends Pick<RequestTableProps, 'order' | 'onOrder'> {
  readonly column: RequestColumn;
}

function HeadCell({ column, order, onOrder }: HeadCellProps): JSX.Element {
  const isSorted = order.key === column.key;
  const direction = order.isAscending ? 'ascending' : 'descending';
  return (
    <th
      scope="col"
      class={column.isNumber ? 'perf-number' : undefined}
      aria-sort={isSorted ? direction : 'none'}
    >
      <button
        type="button"
        class="perf-sort"
        onClick={() =>
          onOrder({ key: column.key, isAscending: isSorted ? !order.isAscending : false })
        }
      >
        {column.name}
        {isSorted && <Icon name={order.isAscending ? 'arrow-up' : 'arrow-down'} />}
      </button>
    </th>
  );
}

interface RowProps {
  readonly row: RequestRow;
  readonly index: number;
  readonly isActive: boolean;
  /** The keyboard moved here: the row gets the focus once it is drawn. */
  readonly takesFocus: boolean;
  readonly onOpen: () => void;
}

function Row({ row, index, isActive, takesFocus, onOpen }: RowProps): JSX.Element {
  const element = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    // Where the focus is elsewhere, as in the filter, it stays there.
    if (takesFocus && element.current?.closest('tbody')?.contains(document.activeElement)) {
      element.current.focus({ preventScroll: true });
    }
  }, [takesFocus]);
  return (
    <tr
      ref={element}
      class={`perf-row perf-row-${row.outcome}`}
      aria-rowindex={index + 2}
      tabIndex={isActive ? 0 : -1}
      onClick={onOpen}
    >
      {columns.map(({ key, isNumber, cell }) => (
        <td key={key} class={isNumber ? 'perf-number' : undefined}>
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}

function stepOf(key: string): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return 1;
    case 'ArrowUp':
      return -1;
    case 'PageDown':
      return 10;
    case 'PageUp':
      return -10;
    case 'Home':
      return Number.NEGATIVE_INFINITY;
    case 'End':
      return Number.POSITIVE_INFINITY;
    default:
      return undefined;
  }
}

function scrollTo(place: HTMLElement | null, index: number): void {
  if (!place) {
    return;
  }
  // The head stays in view and covers one row.
  const top = index * rowPx;
  const bottom = top + 2 * rowPx;
  if (top < place.scrollTop) {
    place.scrollTop = top;
  } else if (bottom > place.scrollTop + place.clientHeight) {
    place.scrollTop = bottom - place.clientHeight;
  }
}

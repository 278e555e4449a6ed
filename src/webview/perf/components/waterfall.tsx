import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { formatDuration } from '../../../shared/figures.ts';
import type { SpanView, TraceView } from '../../../shared/perf.ts';
import { IconButton } from '../../components/iconButton.tsx';
import {
  shift,
  type TimeWindow,
  type WaterfallRow,
  waterfallRows,
  wholeWindow,
  zoom,
} from '../state/waterfallRows.ts';

const zoomFactor = 0.5;
const shiftShare = 0.25;
const indentPx = 12;

/** Spans on a time axis. Plus, minus and the arrows zoom and move; a span shows its attributes. */
export function Waterfall({ trace }: { trace: TraceView }): JSX.Element {
  const whole = useMemo(() => wholeWindow(trace), [trace]);
  const [window, setWindow] = useState<TimeWindow>(whole);
  const [openId, setOpenId] = useState<string | undefined>(undefined);
  const rows = waterfallRows(trace, window);
  const open = trace.spans.find(({ id }) => id === openId);
  return (
    <>
      <Axis
        window={window}
        onZoom={(factor) => setWindow(zoom(window, factor, whole))}
        onShift={(share) => setWindow(shift(window, share, whole))}
        onWhole={() => setWindow(whole)}
      />
      <ul class="perf-spans" aria-label="Spans">
        {rows.map((row) => (
          <Span
            key={row.span.id}
            row={row}
            isOpen={row.span.id === openId}
            onOpen={() => setOpenId(row.span.id === openId ? undefined : row.span.id)}
          />
        ))}
      </ul>
      {open && <Attributes span={open} />}
    </>
  );
}

interface AxisProps {
  readonly window: TimeWindow;
  readonly onZoom: (factor: number) => void;
  readonly onShift: (share: number) => void;
  readonly onWhole: () => void;
}

function Axis({ window, onZoom, onShift, onWhole }: AxisProps): JSX.Element {
  return (
    <div class="perf-axis" role="toolbar" aria-label="Time axis">
      <IconButton icon="zoom-in" label="Zoom in" onClick={() => onZoom(zoomFactor)} />
      <IconButton icon="zoom-out" label="Zoom out" onClick={() => onZoom(1 / zoomFactor)} />
      <IconButton icon="arrow-left" label="Earlier" onClick={() => onShift(-shiftShare)} />
      <IconButton icon="arrow-right" label="Later" onClick={() => onShift(shiftShare)} />
      <IconButton icon="screen-full" label="Show all" onClick={onWhole} />
      <span class="perf-axis-ends">
        <span>{formatDuration(window.startMs)}</span>
        <span>{formatDuration(window.endMs)}</span>
      </span>
    </div>
  );
}

interface SpanProps {
  readonly row: WaterfallRow;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

function Span({ row, isOpen, onOpen }: SpanProps): JSX.Element {
  const { span, depth, bar } = row;
  return (
    <li>
      <button
        type="button"
        class={`perf-span ${kindOf(span)}`}
        aria-expanded={isOpen}
        onClick={onOpen}
      >
        <span class="perf-span-name" style={{ paddingInlineStart: `${depth * indentPx}px` }}>
          {span.name}
        </span>
        <span class="perf-track">
          {bar && (
            <span
              class="perf-span-bar"
              style={{ left: `${bar.left * 100}%`, width: `${bar.width * 100}%` }}
            />
          )}
        </span>
        <span class="perf-number">{formatDuration(span.durationMs)}</span>
        <span class="visually-hidden">{notesOf(span)}</span>
      </button>
    </li>
  );
}

function Attributes({ span }: { span: SpanView }): JSX.Element {
  return (
    <section class="perf-attributes" aria-label={`Attributes of ${span.name}`}>
      <h3>{span.name}</h3>
      {span.attributes.length === 0 ? (
        <p class="perf-dim">It has no attributes.</p>
      ) : (
        <dl>
          {span.attributes.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function kindOf({ isError, isUserTime, isProviderTime, isRunning }: SpanView): string {
  if (isError) {
    return 'is-error';
  }
  return isUserTime || isProviderTime ? 'is-user' : isRunning ? 'is-running' : '';
}

/** What the bar tells those who see it. */
function notesOf({ startMs, isError, isUserTime, isProviderTime, isRunning }: SpanView): string {
  const notes = [
    `from ${formatDuration(startMs)}`,
    isUserTime ? 'your time' : '',
    isProviderTime ? 'the provider’s time' : '',
    isError ? 'failed' : '',
    isRunning ? 'still running' : '',
  ];
  return notes.filter(Boolean).join(', ');
}

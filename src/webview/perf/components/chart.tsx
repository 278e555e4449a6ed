import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { SeriesView } from '../../../shared/perf.ts';
import { tickText } from '../text/tickText.ts';
import { chartColors, dashOf } from './chartColors.ts';
import { FigureTable } from './figureTable.tsx';

const heightPx = 160;
const axisWidthPx = 70;
/** A time of day with its seconds has as much room, pixels. */
const tickSpacePx = 90;
/** Around a single point, seconds. */
const aloneSeconds = 300;

interface ChartProps {
  readonly title: string;
  readonly series: SeriesView;
  readonly format: (value: number) => string;
  /** Said where there is nothing to draw. */
  readonly empty: string;
}

/** Lines over time, with the same figures as a table for those who read rather than look. */
export function Chart({ title, series, format, empty }: ChartProps): JSX.Element {
  if (series.times.length === 0) {
    return (
      <section class="perf-block" aria-label={title}>
        <h2>{title}</h2>
        <p class="perf-empty">{empty}</p>
      </section>
    );
  }
  return (
    <section class="perf-block" aria-label={title}>
      <h2>{title}</h2>
      <Plot series={series} format={format} />
      <Legend series={series} />
      <details class="perf-details">
        <summary>As a table</summary>
        <FigureTable
          caption={title}
          columns={[
            { name: 'Time', cell: (at: number) => timeText(series.times[at] ?? 0) },
            ...series.lines.map(({ name, values }) => ({
              name,
              isNumber: true,
              cell: (at: number) => figure(values[at], format),
            })),
          ]}
          rows={series.times.map((_, at) => at).toReversed()}
          keyOf={String}
          empty={empty}
        />
      </details>
    </section>
  );
}

function Plot({ series, format }: Pick<ChartProps, 'series' | 'format'>): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const names = series.lines.map(({ name }) => name).join('\n');
  // A theme changes the class of the body; the canvas has to be told its colours anew.
  useEffect(() => {
    const element = place.current;
    if (!element) {
      return undefined;
    }
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(series, format, element), dataOf(series), element);
    };
    draw();
    const sizes = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: heightPx }),
    );
    sizes.observe(element);
    const themes = new MutationObserver(draw);
    themes.observe(document.body, { attributeFilter: ['class'] });
    return () => {
      sizes.disconnect();
      themes.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
    // New figures alone are drawn by the effect below.
  }, [names]);
  useEffect(() => plot.current?.setData(dataOf(series)), [series]);
  return <div class="perf-chart" ref={place} aria-hidden="true" />;
}

function Legend({ series }: { series: SeriesView }): JSX.Element {
  return (
    <ul class="perf-legend" aria-hidden="true">
      {series.lines.map(({ name }, index) => (
        <li key={name}>
          <svg width="18" height="8" class={`perf-line perf-line-${index % 6}`} aria-hidden="true">
            <line x1="0" y1="4" x2="18" y2="4" stroke-dasharray={dashOf(index).join(' ')} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

/** Nothing in it may depend on the figures, which change without a new plot; the lines' names may. */
function optionsOf(
  series: SeriesView,
  format: ChartProps['format'],
  element: HTMLElement,
): uPlot.Options {
  const { text, grid, lines } = chartColors(element);
  const axis = {
    stroke: text,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1 },
  };
  return {
    width: Math.max(element.clientWidth, 1),
    height: heightPx,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: {
      x: { range: timeRange },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        space: tickSpacePx,
        values: (_, ticks) =>
          ticks.map((tick) => tickText(tick, (ticks[1] ?? 0) - (ticks[0] ?? 0))),
      },
      { ...axis, size: axisWidthPx, values: (_, ticks) => ticks.map((tick) => format(tick)) },
    ],
    series: [
      {},
      ...series.lines.map(({ name }, index) => ({
        label: name,
        stroke: lines[index % lines.length] ?? text,
        width: 1.5,
        dash: [...dashOf(index)],
        spanGaps: true,
        points: { show: (plotted: uPlot) => plotted.data[0].length < 3 },
      })),
    ],
  };
}

/** What an axis of time spans, seconds. uPlot gives a single point years of room. */
function timeRange({ data: [times] }: uPlot, min: number, max: number): [number, number] {
  const [first = min] = times;
  return times.length === 1 ? [first - aloneSeconds, first + aloneSeconds] : [min, max];
}

function dataOf({ times, lines }: SeriesView): uPlot.AlignedData {
  // uPlot counts time in seconds.
  return [times.map((time) => time / 1000), ...lines.map(({ values }) => [...values])];
}

function figure(value: number | null | undefined, format: ChartProps['format']): string {
  return value === null || value === undefined ? '–' : format(value);
}

function timeText(time: number): string {
  return new Date(time).toLocaleString([], {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

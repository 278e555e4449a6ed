import type { SpanView, TraceView } from '../../../shared/perf.ts';

/** A part of a trace's time that is in view, milliseconds since the trace began. */
export interface TimeWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** A span at its place in the tree. */
export interface WaterfallRow {
  readonly span: SpanView;
  readonly depth: number;
  /** The bar in the window, as shares of its width from 0 to 1; undefined where it is out of view. */
  readonly bar: { readonly left: number; readonly width: number } | undefined;
}

/** Narrower than this nothing can be told apart, milliseconds. */
const narrowestMs = 1;

export function wholeWindow({ durationMs }: TraceView): TimeWindow {
  return { startMs: 0, endMs: Math.max(durationMs, narrowestMs) };
}

/** The spans in the order of a tree, children by their start below their parent. */
export function waterfallRows(trace: TraceView, window: TimeWindow): readonly WaterfallRow[] {
  const known = new Set(trace.spans.map(({ id }) => id));
  const children = new Map<string | undefined, SpanView[]>();
  for (const span of trace.spans) {
    // A parent that is not kept any more leaves its children at the top.
    const parent =
      span.parentId !== undefined && known.has(span.parentId) ? span.parentId : undefined;
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const rows: WaterfallRow[] = [];
  const add = (parent: string | undefined, depth: number): void => {
    const ordered = (children.get(parent) ?? []).toSorted((a, b) => a.startMs - b.startMs);
    for (const span of ordered) {
      rows.push({ span, depth, bar: barOf(span, window) });
      add(span.id, depth + 1);
    }
  };
  add(undefined, 0);
  return rows;
}

/** The window made narrower (`factor` below 1) or wider around its middle, within the trace. */
export function zoom(window: TimeWindow, factor: number, whole: TimeWindow): TimeWindow {
  const middle = (window.startMs + window.endMs) / 2;
  const width = Math.min(
    Math.max((window.endMs - window.startMs) * factor, narrowestMs),
    whole.endMs - whole.startMs,
  );
  return within({ startMs: middle - width / 2, endMs: middle + width / 2 }, whole);
}

/** The window moved by a share of its width; negative is earlier. */
export function shift(window: TimeWindow, share: number, whole: TimeWindow): TimeWindow {
  const byMs = (window.endMs - window.startMs) * share;
  return within({ startMs: window.startMs + byMs, endMs: window.endMs + byMs }, whole);
}

function within(window: TimeWindow, whole: TimeWindow): TimeWindow {
  const width = window.endMs - window.startMs;
  const startMs = Math.min(Math.max(window.startMs, whole.startMs), whole.endMs - width);
  return { startMs, endMs: startMs + width };
}

function barOf(span: SpanView, { startMs, endMs }: TimeWindow): WaterfallRow['bar'] {
  const from = Math.max(span.startMs, startMs);
  const to = Math.min(span.startMs + span.durationMs, endMs);
  if (to < from || span.startMs > endMs) {
    return undefined;
  }
  const width = endMs - startMs;
  return { left: (from - startMs) / width, width: (to - from) / width };
}

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { formatDuration } from '../../../shared/figures.ts';
import type { TraceView } from '../../../shared/perf.ts';
import { IconButton } from '../../components/iconButton.tsx';
import { usePerf } from './perfContext.ts';
import { Waterfall } from './waterfall.tsx';

/** Where the time of one operation went, below the list that it was opened from. */
export function TraceDetails({ trace }: { trace: TraceView }): JSX.Element {
  const panel = usePerf();
  const root = useRef<HTMLElement>(null);
  const opener = useRef<Element | null>(document.activeElement);
  const { traceId, title, durationMs, threadId, modelReason, cacheMissCause } = trace;
  useEffect(() => root.current?.focus(), [traceId]);
  const close = (): void => {
    panel.closeTrace();
    if (opener.current instanceof HTMLElement) {
      opener.current.focus();
    }
  };
  return (
    <section
      class="perf-trace"
      aria-label={`Trace of ${title}`}
      tabIndex={-1}
      ref={root}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          close();
        }
      }}
    >
      <header class="perf-trace-head">
        <h2>
          {title}, {formatDuration(durationMs)}
        </h2>
        {threadId !== undefined && (
          <IconButton
            icon="comment-discussion"
            label="Open thread"
            onClick={() => void panel.act('perf/openThread', { threadId })}
          />
        )}
        <IconButton
          icon="copy"
          label="Copy as JSON"
          onClick={() => void panel.act('perf/copyTrace', { traceId })}
        />
        <IconButton icon="close" label="Close trace" onClick={close} />
      </header>
      {modelReason !== undefined && <p class="perf-dim">Model: {modelReason}</p>}
      {cacheMissCause !== undefined && <p class="perf-dim">Prompt cache: {cacheMissCause}</p>}
      <Waterfall key={traceId} trace={trace} />
    </section>
  );
}

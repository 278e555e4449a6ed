import type { JSX } from 'preact';
import { formatDuration } from '../../../shared/figures.ts';
import { Icon } from '../../components/icon.tsx';
import { usePerf } from './perfContext.ts';

/** What is under way now, since when and in which phase. Drawn anew with each update. */
export function RunningList(): JSX.Element {
  const panel = usePerf();
  const running = panel.running.value;
  const now = Date.now();
  return (
    <section class="perf-now" aria-label="Running now">
      {running.length === 0 ? (
        <p class="perf-idle">Nothing is running.</p>
      ) : (
        <ul>
          {running.map(({ id, title, phase, startedAt, traceId }) => (
            <li key={id}>
              <Icon name="loading" isSpinning />
              <span class="perf-now-title">{title}</span>
              <span class="perf-dim">{phase}</span>
              <span class="perf-number">{formatDuration(now - startedAt)}</span>
              {traceId !== undefined && (
                <button
                  type="button"
                  class="link-button"
                  aria-label={`Show the trace of ${title}`}
                  onClick={() => void panel.openTrace(traceId)}
                >
                  Trace
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

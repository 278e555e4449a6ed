import type { JSX } from 'preact';
import type { AlertView } from '../../../shared/perf.ts';
import { Icon } from '../../components/icon.tsx';
import { dataOf } from '../perfPanel.ts';
import { usePerf } from './perfContext.ts';

/** Alerts in force first, then those that are over, of earlier sessions and other windows too. */
export function AlertsView(): JSX.Element {
  const alerts = dataOf(usePerf().data, 'alerts')?.alerts;
  if (!alerts) {
    return <div class="perf-waiting" aria-busy="true" />;
  }
  if (alerts.length === 0) {
    return <p class="perf-empty">Nothing out of the ordinary was seen in the last 30 days.</p>;
  }
  return (
    <ul class="perf-alerts">
      {alerts.map((alert) => (
        <Alert key={alert.id} alert={alert} />
      ))}
    </ul>
  );
}

function Alert({ alert }: { alert: AlertView }): JSX.Element {
  const panel = usePerf();
  const { id, severity, title, detail, since, endedAt, isSnoozed, isElsewhere, traceId } = alert;
  const isOver = endedAt !== undefined;
  return (
    <li class={isOver ? 'perf-alert is-over' : 'perf-alert'}>
      <Icon name={isOver ? 'pass' : severity} />
      <div>
        <h2>
          {title}
          {isOver && <span class="perf-dim"> (over)</span>}
          {isElsewhere && <span class="perf-dim"> (in another window)</span>}
          {isSnoozed && <span class="perf-dim"> (snoozed)</span>}
        </h2>
        <p>{detail}</p>
        <p class="perf-dim">
          Since {timeText(since)}
          {isOver && ` until ${timeText(endedAt)}`}
        </p>
        <div class="perf-alert-actions">
          {traceId !== undefined && (
            <button
              type="button"
              class="button button-secondary"
              onClick={() => void panel.openTrace(traceId)}
            >
              Show trace
            </button>
          )}
          {!isOver && !isSnoozed && !isElsewhere && (
            <button
              type="button"
              class="button button-secondary"
              onClick={() => void panel.act('perf/snoozeAlert', { alertId: id })}
            >
              Snooze for an hour
            </button>
          )}
        </div>
      </div>
    </li>
  );
}

function timeText(time: number): string {
  return new Date(time).toLocaleString([], { dateStyle: 'short', timeStyle: 'short' });
}

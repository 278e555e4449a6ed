import type { JSX } from 'preact';
import type { PerfPeriod, PerfSection } from '../../../shared/perf.ts';
import { usePerf } from './perfContext.ts';

const sections: readonly (readonly [PerfSection, string])[] = [
  ['requests', 'Requests'],
  ['latency', 'Latency'],
  ['cost', 'Cost'],
  ['cache', 'Cache'],
  ['models', 'Models'],
  ['system', 'System'],
  ['alerts', 'Alerts'],
];

const periods: readonly (readonly [PerfPeriod, string])[] = [
  ['hour', 'Last hour'],
  ['day', 'Last day'],
  ['week', 'Last week'],
  ['month', 'Last 30 days'],
];

/** Sections whose figures go back in time. */
const withPeriod: ReadonlySet<PerfSection> = new Set(['latency', 'cost', 'system']);

export const sectionPanelId = 'perf-section';

/** The tabs, moved through by the arrow keys as tabs are. */
export function SectionTabs(): JSX.Element {
  const panel = usePerf();
  const current = panel.section.value;
  return (
    <div class="perf-bar">
      <div
        role="tablist"
        aria-label="Sections"
        class="perf-tabs"
        onKeyDown={(event) => moveBetweenTabs(event.currentTarget, event)}
      >
        {sections.map(([section, label]) => (
          <button
            key={section}
            type="button"
            role="tab"
            id={`perf-tab-${section}`}
            class="perf-tab"
            aria-selected={section === current}
            aria-controls={sectionPanelId}
            tabIndex={section === current ? 0 : -1}
            onClick={() => panel.choose(section)}
          >
            {label}
            {section === 'alerts' && panel.alertCount.value > 0 && (
              <span class="perf-badge">
                {panel.alertCount.value}
                <span class="visually-hidden"> in force</span>
              </span>
            )}
          </button>
        ))}
      </div>
      {withPeriod.has(current) && <PeriodChoice />}
    </div>
  );
}

function PeriodChoice(): JSX.Element {
  const panel = usePerf();
  return (
    <select
      class="perf-select"
      aria-label="Period"
      value={panel.period.value}
      onChange={({ currentTarget }) => {
        const chosen = periods.find(([period]) => period === currentTarget.value);
        if (chosen) {
          panel.choosePeriod(chosen[0]);
        }
      }}
    >
      {periods.map(([period, label]) => (
        <option key={period} value={period}>
          {label}
        </option>
      ))}
    </select>
  );
}

function moveBetweenTabs(list: HTMLElement, event: KeyboardEvent): void {
  const tabs = [...list.querySelectorAll<HTMLElement>('[role=tab]')];
  const at = tabs.findIndex((tab) => tab.matches(':focus'));
  const next = nextIndex(event.key, at, tabs.length);
  const tab = next === undefined ? undefined : tabs[next];
  if (tab) {
    event.preventDefault();
    tab.focus();
    tab.click();
  }
}

function nextIndex(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return (at + 1) % count;
    case 'ArrowLeft':
      return (at + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

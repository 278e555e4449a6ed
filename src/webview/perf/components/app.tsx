import type { JSX } from 'preact';
import { IconButton } from '../../components/iconButton.tsx';
import type { PerfPanel } from '../perfPanel.ts';
import { PerfContext, usePerf } from './perfContext.ts';
import { RunningList } from './runningList.tsx';
import { SectionTabs } from './sectionTabs.tsx';
import { SectionView } from './sectionView.tsx';
import { TraceDetails } from './traceDetails.tsx';

/** The whole performance panel. */
export function App({ panel }: { panel: PerfPanel }): JSX.Element {
  return (
    <PerfContext.Provider value={panel}>
      <main class="perf">
        <TopBar />
        <Failure />
        <Content />
      </main>
    </PerfContext.Provider>
  );
}

function TopBar(): JSX.Element {
  const panel = usePerf();
  return (
    <header class="perf-top">
      <h1 class="perf-title">Performance</h1>
      <IconButton
        icon="report"
        label="Show report"
        onClick={() => void panel.act('perf/openReport', {})}
      />
      <IconButton
        icon="json"
        label="Export as JSON"
        onClick={() => void panel.act('perf/export', { format: 'json' })}
      />
      <IconButton
        icon="export"
        label="Export as OTLP"
        onClick={() => void panel.act('perf/export', { format: 'otlp' })}
      />
      <IconButton icon="clear-all" label="Clear" onClick={() => void panel.act('perf/clear', {})} />
      <IconButton
        icon="settings-gear"
        label="Open settings"
        onClick={() => void panel.act('perf/openSettings', {})}
      />
    </header>
  );
}

function Failure(): JSX.Element {
  const text = usePerf().failure.value;
  return (
    <div role="alert" class={text === '' ? undefined : 'perf-failure'}>
      {text}
    </div>
  );
}

function Content(): JSX.Element {
  const panel = usePerf();
  if (!panel.isReady.value) {
    return <div class="perf-waiting" aria-busy="true" />;
  }
  if (!panel.isOn.value) {
    return (
      <p class="perf-empty">
        Measuring is off.{' '}
        <button
          type="button"
          class="link-button"
          onClick={() => void panel.act('perf/openSettings', {})}
        >
          Turn it on in the settings
        </button>
      </p>
    );
  }
  return (
    <>
      <RunningList />
      <SectionTabs />
      <SectionView />
      {panel.trace.value && <TraceDetails trace={panel.trace.value} />}
    </>
  );
}

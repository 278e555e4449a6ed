import type { JSX } from 'preact';
import type { PerfSection } from '../../../shared/perf.ts';
import { AlertsView } from './alertsView.tsx';
import { CacheSection } from './cacheSection.tsx';
import { CostSection } from './costSection.tsx';
import { LatencySection } from './latencySection.tsx';
import { ModelsSection } from './modelsSection.tsx';
import { usePerf } from './perfContext.ts';
import { RequestsSection } from './requestsSection.tsx';
import { sectionPanelId } from './sectionTabs.tsx';
import { SystemSection } from './systemSection.tsx';

const views: Readonly<Record<PerfSection, () => JSX.Element>> = {
  requests: RequestsSection,
  latency: LatencySection,
  cost: CostSection,
  cache: CacheSection,
  models: ModelsSection,
  system: SystemSection,
  alerts: AlertsView,
};

/** The section that was chosen. */
export function SectionView(): JSX.Element {
  const section = usePerf().section.value;
  const View = views[section];
  return (
    <div
      role="tabpanel"
      id={sectionPanelId}
      class="perf-section"
      aria-labelledby={`perf-tab-${section}`}
    >
      <View />
    </div>
  );
}

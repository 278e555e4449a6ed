import type { Catalogue } from '../core/model/catalogue.ts';
import type { RequestLog } from '../core/model/requestLog.ts';
import { prefetchReport } from '../core/prefetch/prefetchReport.ts';
import type { PrefetchCounters, PrefetchKind } from '../core/prefetch/preparation.ts';
import type { Settings } from '../core/settings.ts';
import { requestReport } from '../core/telemetry/requestReport.ts';
import { callCostUsd } from './callCosts.ts';
import type { Reports } from './reports.ts';

/** Shows the last requests of this window, with what was decided about each, and what was prepared. */
export async function showRequests(
  reports: Reports,
  models: { readonly requestLog: RequestLog; readonly catalogue: () => Promise<Catalogue> },
  settings: Settings,
  prefetched: readonly (readonly [PrefetchKind, PrefetchCounters])[],
): Promise<void> {
  const catalogue = await models.catalogue();
  const format = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
  const markdown = requestReport(models.requestLog.all(), {
    nameOf: (model) => (model === 'offline' ? 'Offline' : (catalogue.find(model)?.name ?? model)),
    costOf: (usage, model) => callCostUsd(usage, model, { catalogue, settings }),
    formatTime: (wallTimeMs) => format.format(wallTimeMs),
  });
  await reports.showPreview(
    'Recent requests',
    `${markdown}\n${prefetchReport(new Map(prefetched))}`,
  );
}

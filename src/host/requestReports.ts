import { type Catalogue, costUsd } from '../core/model/catalogue.ts';
import type { RequestLog } from '../core/model/requestLog.ts';
import { prefetchReport } from '../core/prefetch/prefetchReport.ts';
import type { PrefetchCounters, PrefetchKind } from '../core/prefetch/preparation.ts';
import { requestReport } from '../core/telemetry/requestReport.ts';
import type { Reports } from './reports.ts';

/** Shows the last requests of this window, with what was decided about each, and what was prepared. */
export async function showRequests(
  reports: Reports,
  log: RequestLog,
  catalogue: Catalogue,
  prefetched: ReadonlyMap<PrefetchKind, PrefetchCounters>,
): Promise<void> {
  const format = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
  const markdown = requestReport(log.all(), {
    nameOf: (model) => (model === 'offline' ? 'Offline' : (catalogue.find(model)?.name ?? model)),
    costOf: (usage, model) => (model === 'offline' ? 0 : costUsd(usage, catalogue.pricesOf(model))),
    formatTime: (wallTimeMs) => format.format(wallTimeMs),
  });
  await reports.show('Recent requests', `${markdown}\n${prefetchReport(prefetched)}`);
}

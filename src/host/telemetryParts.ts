import { systemClock } from '../base/clock.ts';
import { type Disposable, ResourceManager } from '../base/lifecycle.ts';
import type { TieredCache } from '../core/cache/tieredCache.ts';
import type { Catalogue } from '../core/model/catalogue.ts';
import type { RequestLog } from '../core/model/requestLog.ts';
import type { RequestScheduler } from '../core/model/schedule/requestScheduler.ts';
import type { StoreConnection } from '../core/store/storeConnection.ts';
import { Telemetry } from '../core/telemetry/telemetry.ts';
import { callCostUsd } from './callCosts.ts';
import type { ActivationParts } from './foundation.ts';
import { otlpTarget, tellOtlpProblem } from './otlpTarget.ts';
import type { Prefetch } from './prefetchParts.ts';

type TelemetryParts = Pick<
  ActivationParts,
  'context' | 'resources' | 'settings' | 'log' | 'notifications'
>;

/** What measures this window, by the user's settings. To be made after the store, and so end before it. */
export function createTelemetry(parts: TelemetryParts, store: StoreConnection): Telemetry {
  const { context, resources, settings, log } = parts;
  const telemetry = resources.add(
    new Telemetry({
      clock: systemClock,
      version: String(context.extension.packageJSON.version),
      isEnabled: () => settings.get('telemetry.enabled'),
      capturesContent: () => settings.get('telemetry.captureContent'),
      store,
      otlpTarget: () => otlpTarget(parts),
      onProblem: (error) => log.error('Keeping performance figures', error),
    }),
  );
  tellOtlpProblem(parts);
  resources.add(settings.onDidChange('telemetry.enabled', () => telemetry.applySettings()));
  resources.add(
    settings.onDidChange('telemetry.otlpEndpoint', () => {
      tellOtlpProblem(parts);
      telemetry.applySettings();
    }),
  );
  resources.add(telemetry.observeDatabase('Threads and figures', store));
  return telemetry;
}

export interface ObservedParts {
  readonly requestLog: RequestLog;
  readonly catalogue: () => Promise<Catalogue>;
}

/** Measures what is asked of models, at the prices that are known by then. */
export function measureRequests(
  { resources, settings, log }: Pick<ActivationParts, 'resources' | 'settings' | 'log'>,
  telemetry: Telemetry,
  { requestLog, catalogue }: ObservedParts,
): void {
  let known: Catalogue | undefined;
  const load = (): void => {
    catalogue().then(
      (loaded) => {
        known = loaded;
      },
      (error: unknown) => log.error('Reading the model catalogue', error),
    );
  };
  load();
  resources.add(
    telemetry.observeRequests(requestLog, ({ usage, model }) => {
      load();
      return usage && known ? callCostUsd(usage, model, { catalogue: known, settings }) : undefined;
    }),
  );
}

export interface CountedParts {
  readonly scheduler: RequestScheduler;
  readonly answers: { readonly cache: TieredCache };
}

/** Shows what other parts count themselves. */
export function addCounters(
  { registry }: Telemetry,
  { scheduler, answers }: CountedParts,
  prefetch: Pick<Prefetch, 'counters'>,
): Disposable {
  const sources = new ResourceManager('telemetrySources');
  sources.add(registry.add('counters', 'queue', () => ({ ...scheduler.counts })));
  for (const tier of ['memory', 'disk'] as const) {
    sources.add(
      registry.add('counters', `cache.${tier}`, () => ({ ...answers.cache.sizes()[tier] })),
    );
  }
  for (const kind of prefetch.counters().keys()) {
    sources.add(
      registry.add('counters', `prefetch.${kind}`, () => {
        const counted = prefetch.counters().get(kind);
        const { tries = 0, hits = 0, wasted = 0, costUsd = 0 } = counted ?? {};
        return { tries, hits, wasted, costUsd };
      }),
    );
  }
  return sources;
}

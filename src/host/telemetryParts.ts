import { systemClock } from '../base/clock.ts';
import { type Catalogue, costUsd } from '../core/model/catalogue.ts';
import type { RequestLog } from '../core/model/requestLog.ts';
import type { StoreConnection } from '../core/store/storeConnection.ts';
import { Telemetry } from '../core/telemetry/telemetry.ts';
import type { AssistantParts } from './assistant.ts';

type TelemetryParts = Pick<AssistantParts, 'context' | 'resources' | 'settings' | 'log'>;

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
      onProblem: (error) => log.error('Keeping performance figures', error),
    }),
  );
  resources.add(settings.onDidChange('telemetry.enabled', () => telemetry.applySettings()));
  return telemetry;
}

export interface ObservedParts {
  readonly requestLog: RequestLog;
  readonly catalogue: () => Promise<Catalogue>;
}

/** Measures what is asked of models, at the prices that are known by then. */
export function measureRequests(
  { resources, log }: Pick<AssistantParts, 'resources' | 'log'>,
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
      return usage && known ? costUsd(usage, known.pricesOf(model)) : undefined;
    }),
  );
}

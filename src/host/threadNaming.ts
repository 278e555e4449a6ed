import { randomUUID } from 'node:crypto';
import { systemClock } from '../base/clock.ts';
import type { ResourceManager } from '../base/lifecycle.ts';
import { ThreadNamer, type ThreadNamerParts } from '../core/agent/threadNamer.ts';
import { nameThreads } from '../core/agent/threadNaming.ts';
import type { ConnectionProvider } from '../core/model/connection.ts';
import type { ModelGateway } from '../core/model/request.ts';
import { BatchQueue } from '../core/model/schedule/batchQueue.ts';
import type { Settings } from '../core/settings.ts';
import type { TelemetrySources } from '../core/telemetry/telemetrySources.ts';
import type { OutputLog } from './outputLog.ts';

export interface ThreadNamingParts extends Pick<ThreadNamerParts, 'store' | 'suggestTitle'> {
  readonly resources: ResourceManager;
  readonly settings: Settings;
  readonly connection: ConnectionProvider;
  readonly gateway: ModelGateway;
  readonly registry: TelemetrySources;
  readonly log: OutputLog;
}

/** The cheapest of Anthropic's models: a name needs no more. */
const namingModel = 'claude-haiku-5-5';

/** Lets a small model name threads, several in one call. */
export function createThreadNamer(parts: ThreadNamingParts): ThreadNamer {
  const { resources, settings, connection, gateway, registry, log, store, suggestTitle } = parts;
  const queue = resources.add(
    new BatchQueue({
      kind: nameThreads,
      gateway,
      clock: systemClock,
      newId: randomUUID,
      model: () => Promise.resolve(namingModel),
    }),
  );
  resources.add(registry.add('counters', `together.${nameThreads.name}`, () => queue.counts));
  return resources.add(
    new ThreadNamer({
      store,
      suggestTitle,
      ask: (beginning, signal) => queue.ask(beginning, signal),
      isWanted: async () =>
        settings.get('threads.nameByModel') && (await connection.current()).kind === 'anthropic',
      onFailure: (error) => log.error('Naming a thread', error),
    }),
  );
}

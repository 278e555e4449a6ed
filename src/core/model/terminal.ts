import type { Attributes } from '@opentelemetry/api';
import type { Clock } from '../../base/clock.ts';
import { lazy } from '../../base/lazy.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { slipstream } from '../telemetry/genAiAttributes.ts';
import { operation } from '../telemetry/spanNames.ts';
import {
  type ConnectionProvider,
  type ConnectionWay,
  isOnline,
  type OnlineConnection,
} from './connection.ts';
import { EndpointPool, type Failover } from './endpoints/endpointPool.ts';
import type { TryWatch } from './endpoints/tryWatch.ts';
import { type HandingOver, handingOver } from './handOver.ts';
import { type RateLimitObserver, readRateLimits } from './rateLimits.ts';
import type { ModelRequest, Next } from './request.ts';
import type { Transport } from './transport.ts';

export interface TerminalOptions {
  readonly connection: ConnectionProvider;
  /** Answers while nothing is configured. */
  readonly offline: Next;
  /** Answers where the user chose the editor's own models. */
  readonly editorModels?: Next;
  readonly clock: Clock;
  /** Loads the SDK's chunk. Called once, on the first request that needs it. */
  readonly loadTransport: () => Promise<Transport>;
  readonly onRateLimits?: RateLimitObserver;
  /** For what is measured. Undefined for a server on this machine. */
  readonly wayTo?: (endpoint: string) => ConnectionWay | undefined;
}

/** The end of the pipeline: where a request goes is decided anew for each try. */
export interface Terminal extends Disposable {
  readonly stream: Next;
  readonly failover: Failover;
  /** Loads what the next request needs and opens a connection. Rejects where that fails. */
  warm(): Promise<void>;
  /** The tokens of the prompt as the likely endpoint counts them; undefined where none does. */
  countTokens(request: ModelRequest, signal: AbortSignal): Promise<number | undefined>;
}

/** The caller owns the answer, and with it the transport that is loaded later. */
export function createTerminal(options: TerminalOptions): Terminal {
  const pool = new EndpointPool(options.clock);
  let isDisposed = false;
  let loaded: Transport | undefined;
  const transport = lazy(async () => {
    loaded = await options.loadTransport();
    if (isDisposed) {
      loaded.dispose();
    }
    return loaded;
  });

  async function* choose(request: ModelRequest, signal: AbortSignal): HandingOver {
    const connecting = request.trail?.enter(operation.connect);
    const connections = await onlineConnections(options.connection);
    if (signal.aborted) {
      yield { type: 'ended', outcome: { kind: 'cancelled' } };
      return undefined;
    }
    if (connections.length === 0) {
      const { kind } = await options.connection.current();
      request.trail?.enter(operation.answer);
      const answer = (kind === 'editor' && options.editorModels) || options.offline;
      return answer(request, signal)[Symbol.asyncIterator]();
    }
    const online = await transport();
    const { connection, watch } = pool.choose(connections, request);
    const answered = limitReader(connection, options.onRateLimits);
    const way = connecting && options.wayTo?.(connection.endpoint);
    const wayAttributes = way ? { [slipstream.connectionWay]: way } : {};
    connecting?.set(wayAttributes);
    const withLimits = traced({ ...watch, answered }, request, wayAttributes);
    return online.stream(request, connection, signal, withLimits)[Symbol.asyncIterator]();
  }

  return {
    stream: (request, signal) => handingOver(choose(request, signal)),
    failover: pool,
    warm: async () => {
      const likely = pool.likely(await onlineConnections(options.connection));
      if (likely) {
        await (await transport()).preconnect(likely);
      }
    },
    countTokens: async (request, signal) => {
      const likely = pool.likely(await onlineConnections(options.connection));
      return likely && (await transport()).countTokens(request, likely, signal);
    },
    dispose: () => {
      isDisposed = true;
      loaded?.dispose();
    },
  };
}

async function onlineConnections(
  provider: ConnectionProvider,
): Promise<readonly OnlineConnection[]> {
  if (provider.all) {
    return provider.all();
  }
  const current = await provider.current();
  return isOnline(current) ? [current] : [];
}

/** The same watch, by which the phases of a try are told apart. */
function traced(watch: TryWatch, { trail }: ModelRequest, attributes: Attributes): TryWatch {
  return trail?.scope
    ? {
        ...watch,
        connected: (isReused) => {
          trail.enter(operation.send, { ...attributes, [slipstream.isSocketReused]: isReused });
        },
        answered: (headers) => {
          trail.enter(operation.firstToken);
          watch.answered(headers);
        },
      }
    : watch;
}

function limitReader(
  { endpoint }: OnlineConnection,
  onRateLimits: RateLimitObserver | undefined,
): TryWatch['answered'] {
  return (headers) => {
    const limits = onRateLimits && readRateLimits(headers);
    if (limits) {
      onRateLimits(endpoint, limits);
    }
  };
}

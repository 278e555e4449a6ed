import { lazy } from '../../base/lazy.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { ConnectionProvider } from './connection.ts';
import { type HandingOver, handingOver } from './handOver.ts';
import type { ModelRequest, Next } from './request.ts';
import type { Transport } from './transport.ts';

export interface TerminalOptions {
  readonly connection: ConnectionProvider;
  /** Answers while nothing is configured. */
  readonly offline: Next;
  /** Loads the SDK's chunk. Called once, on the first request that needs it. */
  readonly loadTransport: () => Promise<Transport>;
}

/** The end of the pipeline: where a request goes is decided for each anew. */
export interface Terminal extends Disposable {
  readonly stream: Next;
  /** Loads what the next request needs and opens a connection. Rejects where that fails. */
  warm(): Promise<void>;
}

/** The caller owns the answer, and with it the transport that is loaded later. */
export function createTerminal(options: TerminalOptions): Terminal {
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
    const connection = await options.connection.current();
    if (signal.aborted) {
      yield { type: 'ended', outcome: { kind: 'cancelled' } };
      return undefined;
    }
    if (connection.kind === 'offline') {
      return options.offline(request, signal)[Symbol.asyncIterator]();
    }
    const online = await transport();
    return online.stream(request, connection, signal)[Symbol.asyncIterator]();
  }

  return {
    stream: (request, signal) => handingOver(choose(request, signal)),
    warm: async () => {
      const connection = await options.connection.current();
      if (connection.kind !== 'offline') {
        await (await transport()).preconnect(connection);
      }
    },
    dispose: () => {
      isDisposed = true;
      loaded?.dispose();
    },
  };
}

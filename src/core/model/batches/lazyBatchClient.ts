import { lazy } from '../../../base/lazy.ts';
import type { BatchClient, BatchClientOptions } from './batchClient.ts';

/** The client, whose SDK is loaded with the first call. */
export function createBatchClient(options: BatchClientOptions): BatchClient {
  const load = lazy(async () => {
    const { createBatchTransport } = await import('./batchTransport.ts');
    return createBatchTransport(options);
  });
  return {
    isOffered: async (...args) => (await load()).isOffered(...args),
    create: async (...args) => (await load()).create(...args),
    retrieve: async (...args) => (await load()).retrieve(...args),
    list: async (...args) => (await load()).list(...args),
    cancel: async (...args) => (await load()).cancel(...args),
    async *results(...args) {
      yield* (await load()).results(...args);
    },
  };
}

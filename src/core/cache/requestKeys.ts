import { type ConnectionProvider, isOnline } from '../model/connection.ts';
import type { ModelRequest } from '../model/request.ts';
import type { CacheKeyGenerator } from './cacheKeys.ts';

/** Gives the key of a request's answer; undefined where nothing that answers is configured. */
export type KeyOfRequest = (request: ModelRequest) => Promise<string | undefined>;

/**
 * Keys over everything that shapes an answer. What does not is named and taken out, so that a field
 * that is added to requests later can at worst cost a hit, never give a wrong answer. Made once for
 * each request, because two stages need it.
 */
export function createRequestKeys(
  namespace: string,
  keys: CacheKeyGenerator,
  connection: ConnectionProvider,
): KeyOfRequest {
  const known = new WeakMap<ModelRequest, Promise<string | undefined>>();
  const make: KeyOfRequest = async (request) => {
    const current = await connection.current();
    if (current.kind === 'offline') {
      return undefined;
    }
    // The same name may stand for another model elsewhere.
    const source = { kind: current.kind, endpoint: isOnline(current) ? current.endpoint : '' };
    const { threadId: thread, caching } = request;
    const operation = caching?.operation ?? request.surface;
    return keys.key(
      { namespace, operation, ...(thread === undefined ? {} : { thread }) },
      { source, version: caching?.version, request: shapeOf(request) },
    );
  };
  return (request) => {
    const key = known.get(request) ?? make(request);
    known.set(request, key);
    return key;
  };
}

function shapeOf(request: ModelRequest): Partial<ModelRequest> {
  const {
    id: _id,
    priority: _priority,
    threadId: _threadId,
    turnId: _turnId,
    routing: _routing,
    mustSave: _mustSave,
    caching: _caching,
    promptCacheLifetime: _promptCacheLifetime,
    previousMessageId: _previousMessageId,
    trail: _trail,
    ...shape
  } = request;
  return shape;
}

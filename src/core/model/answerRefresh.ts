import { randomUUID } from 'node:crypto';
import type { ModelGateway, ModelRequest } from './request.ts';

/**
 * Asks in the background for what a kept answer is to be replaced with: through the whole path, so
 * that it is counted, and of the model that gave the old one.
 */
export async function refreshAnswer(
  gateway: Pick<ModelGateway, 'stream'>,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<void> {
  const { routing: _routing, trail: _trail, caching, ...rest } = request;
  if (!caching) {
    return;
  }
  const events = gateway
    .stream(
      {
        ...rest,
        id: randomUUID(),
        priority: 'background',
        caching: { ...caching, mustRefresh: true },
      },
      signal,
    )
    [Symbol.asyncIterator]();
  // The cache stage keeps what comes; a failure leaves the old answer in its place.
  while (!(await events.next()).done) {
    // Nobody else reads it.
  }
}

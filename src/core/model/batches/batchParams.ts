import type { CatalogueModel } from '../catalogue.ts';
import type { ModelRequest } from '../request.ts';
import { toAnthropicRequest, type WireRequest } from '../wire.ts';

/** The parameters of one request in a batch: those of a message, which is never streamed there. */
export type BatchParams = Omit<WireRequest, 'stream'>;

/** One request of a batch, as it is sent. */
export interface BatchEntry {
  /** Unique in the batch; results are joined by it, because they come in any order. */
  readonly custom_id: string;
  readonly params: BatchParams;
}

/** @param inferenceGeo Where the provider is to compute; empty for its own choice. */
export function toBatchEntry(
  request: ModelRequest,
  model: CatalogueModel | undefined,
  inferenceGeo: string,
): BatchEntry {
  // Fast mode is not for batches.
  const choices = { inferenceGeo, speed: 'standard' } as const;
  const { stream: _stream, ...params } = toAnthropicRequest(request, model, choices);
  return { custom_id: request.id, params };
}

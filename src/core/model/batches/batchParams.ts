import type { CatalogueModel } from '../catalogue.ts';
import type { ModelRequest } from '../request.ts';
import { toAnthropicRequest, type WireRequest } from '../wire.ts';

/** The parameters of one request in a batch: those of a message, which is never streamed there. */
export type BatchParams = Omit<WireRequest, 'stream' | 'speed'>;

/** One request of a batch, as it is sent. */
export interface BatchEntry {
  /** Unique in the batch; results are joined by it, because they come in any order. */
  readonly custom_id: string;
  readonly params: BatchParams;
}

export function toBatchEntry(request: ModelRequest, model: CatalogueModel | undefined): BatchEntry {
  const wire: Readonly<Record<string, unknown>> & WireRequest = {
    ...toAnthropicRequest(request, model),
  };
  // Fast mode is not for batches.
  const { stream: _stream, speed: _speed, ...params } = wire;
  return { custom_id: request.id, params };
}

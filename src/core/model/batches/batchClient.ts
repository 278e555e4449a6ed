import type { Clock } from '../../../base/clock.ts';
import type { OnlineConnection } from '../connection.ts';
import type { FetchLike } from '../httpFetch.ts';
import type { Usage } from '../message.ts';
import type { ModelFailure } from '../request.ts';
import type { BatchEntry } from './batchParams.ts';
import type { ListedBatch } from './bulkJob.ts';

/** A batch as the provider tells of it. */
export interface BatchStatus extends ListedBatch {
  readonly isEnded: boolean;
  /** Requests that are done, whatever became of them. Told only when the batch has ended. */
  readonly doneCount: number;
}

/** What became of one request of a batch. */
export type BatchResult = { readonly id: string } & (
  | {
      readonly kind: 'succeeded';
      readonly text: string;
      readonly model: string;
      /** As the provider wrote it. */
      readonly stopReason: string;
      readonly usage: Usage;
    }
  /** `message` is the provider's own explanation. */
  | { readonly kind: 'errored'; readonly message: string }
  | { readonly kind: 'canceled' }
  | { readonly kind: 'expired' }
);

/** A call to the batches of a provider that failed. */
export class BatchError extends Error {
  override readonly name = 'BatchError';
  readonly failure: ModelFailure;
  /** Whether the provider certainly did nothing of what it was asked. */
  readonly isRefused: boolean;

  constructor(failure: ModelFailure, isRefused: boolean) {
    super(failure.message);
    this.failure = failure;
    this.isRefused = isRefused;
  }
}

/**
 * The Message Batches API. Every method throws `BatchError` where the call fails and `CancelledError`
 * where `signal` was aborted. Nothing is tried again here.
 */
export interface BatchClient {
  /** Whether the server has batches at all. */
  isOffered(connection: OnlineConnection, signal: AbortSignal): Promise<boolean>;
  create(
    connection: OnlineConnection,
    entries: readonly BatchEntry[],
    signal: AbortSignal,
  ): Promise<BatchStatus>;
  retrieve(connection: OnlineConnection, id: string, signal: AbortSignal): Promise<BatchStatus>;
  /** Those created since a time, in milliseconds since 1970, newest first. */
  list(
    connection: OnlineConnection,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<readonly BatchStatus[]>;
  cancel(connection: OnlineConnection, id: string, signal: AbortSignal): Promise<void>;
  /** In any order. */
  results(
    connection: OnlineConnection,
    id: string,
    signal: AbortSignal,
  ): AsyncIterable<BatchResult>;
}

export interface BatchClientOptions {
  readonly clock: Clock;
  /** Slipstream's own, for the `User-Agent`. */
  readonly version: string;
  /** The host's `fetch` while it must be used; asked for each call. */
  readonly hostFetch?: () => FetchLike | undefined;
  /** Certificates that are trusted beside Node's own. */
  readonly moreAuthorities?: () => readonly string[];
}

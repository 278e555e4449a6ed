import type { BulkTask } from './bulkTask.ts';

/**
 * How far a batch of a job is. `sending` is kept before the request leaves: whoever finds it later
 * cannot know whether the provider took it, and must look for it before anything is sent again.
 */
export type BulkBatchState = 'waiting' | 'sending' | 'unsure' | 'sent' | 'ended';

export interface BulkBatch {
  readonly number: number;
  readonly state: BulkBatchState;
  readonly itemCount: number;
  /** The provider's id; present from `sent` on. */
  readonly batchId?: string;
  /** When it began to be sent, milliseconds since 1970. */
  readonly sendingSinceMs?: number;
}

export type BulkItemState = 'waiting' | 'succeeded' | 'errored' | 'canceled' | 'expired';

/** One file of a job. */
export interface BulkItem {
  /** The `custom_id` in its batch. */
  readonly id: string;
  readonly batchNumber: number;
  /** Absolute. */
  readonly path: string;
  /** SHA-256 of the file's text as it was sent, hexadecimal. */
  readonly hash: string;
  readonly state: BulkItemState;
  readonly review: 'open' | 'applied' | 'discarded';
  /** Why there is no answer, a sentence. */
  readonly problem?: string;
}

/** How many items of a job are in which state. */
export interface BulkCounts {
  readonly total: number;
  readonly waiting: number;
  readonly succeeded: number;
  /** Errored, expired or cancelled, and not yet run again or put aside. */
  readonly failed: number;
  /** Answers that were neither applied nor discarded. */
  readonly open: number;
}

/** A task over many files, as it is kept. */
export interface BulkJob {
  readonly id: string;
  readonly workspace: string;
  readonly task: BulkTask;
  readonly model: string;
  /** The server that has its batches; absent where the files are asked about one by one. */
  readonly endpoint?: string;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  readonly isCancelled: boolean;
  /** Whether the user was told of its end. */
  readonly isAnnounced: boolean;
  readonly batches: readonly BulkBatch[];
  readonly counts: BulkCounts;
}

/** What is to be done next for a job. */
export type BulkStep =
  | { readonly kind: 'send'; readonly batch: BulkBatch }
  /** Looks whether a batch that was being sent arrived. */
  | { readonly kind: 'find'; readonly batch: BulkBatch }
  | { readonly kind: 'poll'; readonly batches: readonly BulkBatch[] }
  /** Asks for the files that wait, one by one. */
  | { readonly kind: 'ask' }
  /** Only the user can tell whether a batch is to be sent again. */
  | { readonly kind: 'decide' }
  /** What has not been sent will not be. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'end' };

/**
 * The state machine of a job: what follows from what is kept of it, so that a job goes on after any
 * interruption. Pure. Polling comes before sending more, so that a cancelled job sends nothing.
 */
export function nextStep(job: BulkJob): BulkStep {
  const inState = (state: BulkBatchState): readonly BulkBatch[] =>
    job.batches.filter((batch) => batch.state === state);
  const [sending] = inState('sending');
  if (sending) {
    return { kind: 'find', batch: sending };
  }
  const [waiting] = inState('waiting');
  if (waiting && job.isCancelled) {
    return { kind: 'drop' };
  }
  if (waiting) {
    return job.endpoint === undefined ? { kind: 'ask' } : { kind: 'send', batch: waiting };
  }
  const sent = inState('sent');
  if (sent.length > 0) {
    return { kind: 'poll', batches: sent };
  }
  return inState('unsure').length > 0 ? { kind: 'decide' } : { kind: 'end' };
}

/** Whether work for it may go on by itself. */
export function isRunning(job: BulkJob): boolean {
  const { kind } = nextStep(job);
  return kind !== 'end' && kind !== 'decide';
}

/** Whether nothing more will come of it. */
export function isEnded(job: BulkJob): boolean {
  return nextStep(job).kind === 'end';
}

export interface ListedBatch {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  readonly requestCount: number;
}

/** How far the clocks of this machine and of the provider may be apart. */
const clockSkewMs = 2 * 60_000;
/** Longest time that a batch is on its way: the client gives up after ten minutes. */
const maxSendingMs = 10 * 60_000;

/**
 * The provider's batch that `lost` became, where that is certain enough: the only one of its size
 * and time that is not known as another. The provider tells nothing else before a batch has ended.
 */
export function findLostBatch(
  lost: BulkBatch,
  listed: readonly ListedBatch[],
  known: ReadonlySet<string>,
): ListedBatch | undefined {
  const sinceMs = lost.sendingSinceMs ?? 0;
  const candidates = listed.filter(
    ({ id, createdAtMs, requestCount }) =>
      !known.has(id) &&
      requestCount === lost.itemCount &&
      createdAtMs >= sinceMs - clockSkewMs &&
      createdAtMs <= sinceMs + maxSendingMs + clockSkewMs,
  );
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** Batches that were created before this, in milliseconds since 1970, can't be `lost`. */
export function oldestCandidateMs(lost: BulkBatch): number {
  return (lost.sendingSinceMs ?? 0) - clockSkewMs;
}

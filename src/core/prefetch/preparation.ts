/** What can be prepared before it is needed. */
export type PrefetchKind =
  /** A connection to the endpoint, and the code that speaks to it. */
  | 'connection'
  | 'tokenizer'
  /** A thread's prompt in the provider's cache. */
  | 'promptCache'
  /** What will stand for a long thread's beginning. */
  | 'summary'
  /** What comes after a completion that was accepted. */
  | 'completion';

/** How one kind is prepared, and when that pays. */
export interface Preparation {
  /** How long what was prepared is of use, milliseconds. */
  readonly usefulMs: number;
  /** Of what is prepared, the share that must be used for it to pay: 0 to 1. */
  readonly minHitShare: number;
  /**
   * Answers what it cost; undefined where there was nothing to do or no money to spend. Rejects where
   * it fails.
   */
  prepare(target: string, signal: AbortSignal): Promise<{ readonly costUsd: number } | undefined>;
}

/** What came of one kind so far. */
export interface PrefetchCounters {
  /** Preparations that were made or tried. */
  readonly tries: number;
  /** Those that were used in time. */
  readonly hits: number;
  /** Those that were not, that failed, or that came too late. */
  readonly wasted: number;
  /** US dollars. */
  readonly costUsd: number;
  /** Whether it has switched itself off because too little was used. */
  readonly isOff: boolean;
}

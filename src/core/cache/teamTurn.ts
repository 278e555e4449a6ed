import { type Clock, delay } from '../../base/clock.ts';
import { toDisposable } from '../../base/lifecycle.ts';
import type { TierLease } from './remoteTier.ts';
import type { RemoteTiers } from './remoteTiers.ts';

/** What came of asking whether somebody of the team asks already. */
export type TeamTurn<Hit> =
  | { readonly kind: 'found'; readonly hit: Hit }
  /** Ask, and call `end` in any case. */
  | { readonly kind: 'ask'; end(): void };

/**
 * The longest that a request is held up because somebody else of the team asks the same, milliseconds:
 * a short answer is there by then, and for a long one it is better to read along from the start.
 */
export const maxTeamWaitMs = 3_000;
/** How long a window that dies keeps others waiting at most; an answer seldom takes longer. */
const leaseMs = 30_000;
const firstPollMs = 50;
const longestPollMs = 400;

export interface TeamTurnParts<Hit> {
  readonly remote: Pick<RemoteTiers, 'lease'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Looks whether the answer has come. */
  readonly look: () => Promise<Hit | undefined>;
}

/**
 * Whose turn it is to ask for an answer that none of the tiers has: one window's of the team at a time.
 * The others wait for what it gets, as long as it takes them no more than `maxTeamWaitMs`. Where the
 * lease expires or cannot be had at all, everybody just asks.
 */
export async function takeTeamTurn<Hit>(
  key: string,
  { remote, clock, signal, look }: TeamTurnParts<Hit>,
): Promise<TeamTurn<Hit>> {
  const endMs = clock.now() + maxTeamWaitMs;
  for (let pollMs = firstPollMs; ; pollMs = Math.min(pollMs * 2, longestPollMs)) {
    // Both go out in one write. Who has just had the turn wrote the answer before giving it up.
    const [lease, hit] = await Promise.all([remote.lease(key, leaseMs), look()]);
    if (hit !== undefined) {
      release(lease);
      return { kind: 'found', hit };
    }
    const restMs = endMs - clock.now();
    if (lease !== 'taken' || restMs <= 0 || signal.aborted) {
      const ended = toDisposable(() => release(lease));
      return { kind: 'ask', end: () => ended.dispose() };
    }
    await delay(clock, Math.min(pollMs, restMs), signal);
  }
}

function release(lease: TierLease | 'taken' | undefined): void {
  if (lease !== 'taken') {
    lease?.release();
  }
}

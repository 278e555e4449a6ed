import type { Clock } from '../../../base/clock.ts';

export interface ReplicaLagParts {
  readonly clock: Clock;
  /** Where the primary's log is now, as PostgreSQL writes it, for example `16/B374D848`. */
  readonly readPosition: () => Promise<string>;
  /** Whether the replica has everything up to there. */
  readonly hasReached: (position: string) => Promise<boolean>;
}

/** A replica on the same network is behind by some milliseconds; asking more often is of little use. */
const checkPauseMs = 50;
/** A replica that is away comes back after a restart, at the earliest. */
const awayPauseMs = 10_000;

/**
 * Whether a replica may be read from without missing what this client has written or seen. Nobody
 * waits for the answer: until it is known, reads go to the primary. It costs two small queries for
 * each pause in writing, and none while nothing is written.
 */
export class ReplicaLag {
  private readonly parts: ReplicaLagParts;
  /** Counts what must be on the replica before it is read from. */
  private seen = 0;
  private reached = 0;
  private isChecking = false;
  private nextCheckMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ReplicaLagParts) {
    this.parts = parts;
  }

  /** What this client wrote, or read from the primary, is committed there. */
  noteSeen(): void {
    this.seen += 1;
  }

  /** The replica did not answer: it is left alone for a while, and must catch up with us then. */
  noteAway(): void {
    this.seen += 1;
    this.nextCheckMs = this.parts.clock.now() + awayPauseMs;
  }

  /** Whether to read there now. If not, it is found out behind the caller's back. */
  mayRead(): boolean {
    if (this.reached === this.seen) {
      return true;
    }
    if (!this.isChecking && this.parts.clock.now() >= this.nextCheckMs) {
      this.isChecking = true;
      void this.check();
    }
    return false;
  }

  private async check(): Promise<void> {
    const { clock, readPosition, hasReached } = this.parts;
    const { seen } = this;
    try {
      const position = await readPosition();
      if (await hasReached(position)) {
        this.reached = seen;
      }
      this.nextCheckMs = clock.now() + checkPauseMs;
    } catch {
      // Whoever reads meanwhile reads from the primary, and learns what is wrong with that.
      this.nextCheckMs = clock.now() + awayPauseMs;
    } finally {
      this.isChecking = false;
    }
  }
}

import { type Clock, delay } from '../../base/clock.ts';
import { localDay, monthOf } from '../store/usageRecords.ts';
import type { MemberSpending, TeamServer } from './teamServer.ts';

/** Somebody who looks sees what is a minute old, and the server adds up once in a minute for them. */
const freshMs = 60_000;

/** What each member of the team spent this month, as it was asked for last. */
export class TeamSpending {
  private readonly server: Pick<TeamServer, 'spending'>;
  private readonly clock: Clock;
  private known: readonly MemberSpending[] | undefined;
  private knownMonth = '';
  private askedAt = Number.NEGATIVE_INFINITY;
  private answer: Promise<readonly MemberSpending[] | undefined> = Promise.resolve(undefined);
  private hasFailed = false;

  constructor(server: Pick<TeamServer, 'spending'>, clock: Clock) {
    this.server = server;
    this.clock = clock;
  }

  /**
   * Undefined until it has been asked for once. Asks again where that was a while ago, and nobody waits
   * for it.
   */
  current(): readonly MemberSpending[] | undefined {
    if (!this.isFresh) {
      void this.ask();
    }
    return this.known;
  }

  /** As the server says; undefined where it has not said so after `waitMs`. Never rejects. */
  async read(waitMs: number): Promise<readonly MemberSpending[] | undefined> {
    const asked = this.isFresh && !this.hasFailed ? this.answer : this.ask();
    const waiting = new AbortController();
    const late = delay(this.clock, waitMs, waiting.signal).then(() => undefined);
    try {
      return await Promise.race([asked, late]);
    } finally {
      waiting.abort();
    }
  }

  private get isFresh(): boolean {
    return this.clock.now() - this.askedAt < freshMs && this.month === this.knownMonth;
  }

  private get month(): string {
    return monthOf(localDay(this.clock.wallTime()));
  }

  private ask(): Promise<readonly MemberSpending[] | undefined> {
    this.askedAt = this.clock.now();
    this.knownMonth = this.month;
    this.hasFailed = false;
    this.answer = this.server.spending(this.knownMonth).then(
      (found) => {
        this.known = found;
        return found;
      },
      () => {
        // The state in the status bar says why; what was known is still about right.
        this.hasFailed = true;
        return undefined;
      },
    );
    return this.answer;
  }
}

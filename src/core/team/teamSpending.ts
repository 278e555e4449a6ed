import type { Clock } from '../../base/clock.ts';
import { localDay, monthOf } from '../store/usageRecords.ts';
import type { MemberSpending, TeamServer } from './teamServer.ts';

/** Somebody who looks sees what is a minute old, and the server adds up once in a minute for them. */
const freshMs = 60_000;

/** What each member of the team spent this month, as it was asked for last. Nobody waits for it. */
export class TeamSpending {
  private readonly server: Pick<TeamServer, 'spending'>;
  private readonly clock: Clock;
  private known: readonly MemberSpending[] | undefined;
  private knownMonth = '';
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(server: Pick<TeamServer, 'spending'>, clock: Clock) {
    this.server = server;
    this.clock = clock;
  }

  /** Undefined until it has been asked for once. Asks again where that was a while ago. */
  current(): readonly MemberSpending[] | undefined {
    const month = monthOf(localDay(this.clock.wallTime()));
    if (this.clock.now() - this.askedAt >= freshMs || month !== this.knownMonth) {
      this.askedAt = this.clock.now();
      this.knownMonth = month;
      this.server.spending(month).then(
        (found) => {
          this.known = found;
        },
        // The state in the status bar says why; what was known is still about right.
        () => undefined,
      );
    }
    return this.known;
  }
}

import type { Clock } from '../../base/clock.ts';
import type { StoreConnection } from '../store/storeConnection.ts';

/** Longer than any request to a server takes before it is given up. */
const leaseMs = 60_000;

/**
 * The right to do something that only one window of a machine may do at a time. A window that dies
 * with it loses it after a while.
 */
export class Lease {
  private readonly connection: StoreConnection;
  private readonly clock: Clock;
  private readonly name: string;
  private readonly holder: string;

  /** @param holder Names this window among all. */
  constructor(connection: StoreConnection, clock: Clock, name: string, holder: string) {
    this.connection = connection;
    this.clock = clock;
    this.name = name;
    this.holder = holder;
  }

  /** Takes it, or holds it for longer. False where another window has it. */
  take(): boolean {
    const { name, holder } = this;
    const now = this.clock.wallTime();
    // A lease from the future is of a clock that was put back since: nobody could ever take it.
    const sql = `
      INSERT INTO team_leases (name, holder, expires_at) VALUES (?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
      WHERE holder = excluded.holder OR expires_at <= ? OR expires_at > ?`;
    const values = [name, holder, now + leaseMs, now, now + leaseMs];
    return this.connection.transaction(() => this.connection.database.run(sql, values) === 1);
  }

  release(): void {
    this.connection.transaction(() =>
      this.connection.database.run('DELETE FROM team_leases WHERE name = ? AND holder = ?', [
        this.name,
        this.holder,
      ]),
    );
  }
}

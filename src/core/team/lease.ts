import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { StoreConnection } from '../store/storeConnection.ts';

/** What was being sent by a window that died waits for so long. */
const leaseMs = 15_000;
/** Often enough that two in a row may come late. */
const renewMs = 5_000;

/**
 * The right to do something that only one window of a machine may do at a time. It lasts until it is
 * released, however long a request takes; a window that dies with it loses it after a while.
 */
export class Lease {
  private readonly connection: StoreConnection;
  private readonly clock: Clock;
  private readonly name: string;
  private readonly holder: string;
  private renewal: Disposable | undefined;

  /** @param holder Names this window among all. */
  constructor(connection: StoreConnection, clock: Clock, name: string, holder: string) {
    this.connection = connection;
    this.clock = clock;
    this.name = name;
    this.holder = holder;
  }

  /** Takes it, or makes sure of it. False where another window has it. */
  take(): boolean {
    const isHeld = this.write();
    this.renewal?.dispose();
    this.renewal = isHeld ? this.clock.setTimeout(() => this.renew(), renewMs) : undefined;
    return isHeld;
  }

  release(): void {
    this.renewal?.dispose();
    if (this.connection.isDisposed) {
      return;
    }
    this.connection.transaction(() =>
      this.connection.database.run('DELETE FROM team_leases WHERE name = ? AND holder = ?', [
        this.name,
        this.holder,
      ]),
    );
  }

  private renew(): void {
    if (this.connection.isDisposed) {
      return;
    }
    try {
      this.take();
    } catch {
      // The store can't be written, which whoever holds this is told by what it writes itself.
    }
  }

  private write(): boolean {
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
}

import type { Clock } from '../../base/clock.ts';
import { type Disposable, ResourceManager } from '../../base/lifecycle.ts';
import { alertsTable } from '../store/alertSchema.ts';
import type { WriteOperation } from '../store/batchPlan.ts';
import type { StoreConnection } from '../store/storeConnection.ts';
import type { Alert } from './alert.ts';
import type { AlertEngine } from './alertEngine.ts';
import { joinedAlerts, type KeptAlert, keptAlertOfRow } from './keptAlert.ts';

export interface AlertHistoryParts {
  readonly clock: Clock;
  readonly engine: Pick<AlertEngine, 'all' | 'clear' | 'onDidRaise' | 'onDidEnd'>;
  /** The store that all windows share. */
  readonly store: Pick<StoreConnection, 'read' | 'write' | 'database' | 'isDisposed'>;
  /** Told once while the store can't be read or written. */
  readonly onProblem: (error: unknown) => void;
}

/** As long as figures are kept. */
export const keptAlertDays = 30;
/** Ten a day: whoever is told more often turns a rule off. About 100 kB. */
export const keptAlertRows = 300;
const keptMs = keptAlertDays * 24 * 60 * 60_000;
/** Other windows take one that was silent for longer than two of these for gone. */
const sayPeriodMs = 60_000;

/**
 * The alerts of the last 30 days, of all windows of this machine. Each is written when it is raised
 * and when it is over, in the background with whatever else is written then.
 */
export class AlertHistory implements Disposable {
  private readonly parts: AlertHistoryParts;
  private readonly resources = new ResourceManager('alertHistory');
  private timer: Disposable | undefined;
  private hasTold = false;

  constructor(parts: AlertHistoryParts) {
    this.parts = parts;
    this.resources.add(parts.engine.onDidRaise((alert) => this.raised(alert)));
    this.resources.add(parts.engine.onDidEnd((alert) => this.write([this.put(alert)])));
    this.resources.defer(() => this.timer?.dispose());
  }

  /** Those in force first. Where the store can't be read, those of this window alone. */
  async all(): Promise<readonly KeptAlert[]> {
    const kept = await this.read();
    const own = this.parts.engine.all().map((alert) => ({ ...alert, isElsewhere: false }));
    const ids = new Set(own.map(({ id }) => id));
    return joinedAlerts([...own, ...kept.filter(({ id }) => !ids.has(id))]);
  }

  /** Forgets those of all windows, but not what is in force in this one. */
  clear(): void {
    this.parts.engine.clear();
    this.write([{ kind: 'run', sql: 'DELETE FROM alerts', values: [] }]);
    this.say();
  }

  /** With the window goes what is in force in it. The store must still be open. */
  dispose(): void {
    if (!this.resources.isDisposed) {
      const endedAt = this.parts.clock.wallTime();
      this.write(this.inForce().map((alert) => this.put({ ...alert, endedAt })));
      this.resources.dispose();
    }
  }

  private raised(alert: Alert): void {
    const oldest = this.parts.clock.wallTime() - keptMs;
    this.write([
      this.put(alert),
      { kind: 'run', sql: 'DELETE FROM alerts WHERE since < ?', values: [oldest] },
      {
        kind: 'run',
        sql: `DELETE FROM alerts WHERE id NOT IN
                (SELECT id FROM alerts ORDER BY since DESC, id LIMIT ?)`,
        values: [keptAlertRows],
      },
    ]);
    if (!this.timer) {
      this.schedule();
    }
  }

  /** While something is in force, other windows are told that it still is. */
  private schedule(): void {
    this.timer = this.parts.clock.setTimeout(() => {
      this.timer = undefined;
      if (this.inForce().length > 0) {
        this.say();
        this.schedule();
      }
    }, sayPeriodMs);
  }

  private say(): void {
    this.write(this.inForce().map((alert) => this.put(alert)));
  }

  private inForce(): readonly Alert[] {
    return this.parts.engine.all().filter(({ endedAt }) => endedAt === undefined);
  }

  private async read(): Promise<readonly KeptAlert[]> {
    const { store, clock } = this.parts;
    const now = clock.wallTime();
    try {
      const sql = 'SELECT * FROM alerts WHERE since >= ? ORDER BY since DESC, id LIMIT ?';
      const values = [now - keptMs, keptAlertRows];
      const rows = await store.read(() => store.database.all(sql, values));
      return rows.flatMap((row) => keptAlertOfRow(row, now) ?? []);
    } catch (error) {
      this.tell(error);
      return [];
    }
  }

  private put(alert: Alert): WriteOperation {
    const { id, rule, subject, severity, title, detail, since, endedAt = null } = alert;
    const row = {
      ...{ id, rule, subject, severity, title, detail, since },
      seen_at: this.parts.clock.wallTime(),
      ended_at: endedAt,
    };
    return { kind: 'put', table: alertsTable, row };
  }

  private write(operations: readonly WriteOperation[]): void {
    const { store } = this.parts;
    if (operations.length === 0 || store.isDisposed) {
      return;
    }
    store.write(operations).then(
      () => {
        this.hasTold = false;
      },
      (error: unknown) => this.tell(error),
    );
  }

  private tell(error: unknown): void {
    if (!this.hasTold) {
      this.hasTold = true;
      this.parts.onProblem(error);
    }
  }
}

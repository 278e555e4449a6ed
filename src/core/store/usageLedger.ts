import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { SqlValue } from './database.ts';
import { isBusy, isDatabaseFailure } from './databaseErrors.ts';
import type { StoreConnection } from './storeConnection.ts';
import {
  localDay,
  monthOf,
  type NewUsageCall,
  readUsageTotals,
  shareOf,
  type UsageCall,
  type UsageCallEnd,
  type UsagePeriod,
  type UsageTotals,
  usageCallRow,
} from './usageRecords.ts';
import { claimUsageSession, endUsageSession, isProcessAlive } from './usageSession.ts';

export interface UsageLedgerOptions {
  readonly connection: StoreConnection;
  readonly clock: Clock;
  /** The folders of this window, as threads know them. */
  readonly workspace: () => string;
  readonly newId: () => string;
  /** Told once when calls can't be saved and are counted in memory alone. */
  readonly onUnsaved?: (error: unknown) => void;
  readonly processId?: number;
  readonly isProcessAlive?: (processId: number) => boolean;
}

/** What a call may cost by an estimate that looked at what is spent. */
export interface Admitted {
  /** US dollars; undefined where no price is known. */
  readonly estimateUsd: number | undefined;
}

interface UnsavedCall {
  readonly call: UsageCall;
  /** What of it is in the database. */
  readonly saved: UsageCall | undefined;
}

/** The totals that were read last. */
interface KnownTotals {
  readonly totals: readonly UsageTotals[];
  readonly day: string;
  /** SQLite's own, which changes with each commit of another window. */
  readonly version: SqlValue | undefined;
  /** Whether this window has written nothing since. */
  readonly isCurrent: boolean;
}

/** Rows older than this are in no total that is looked at any more. */
const keptDays = 90;
const dayMs = 24 * 3_600_000;
/** Another window's commit takes 10 to 20 ms: a store that stays busy for so many calls is stuck. */
const toldUnsavedCalls = 10;

/**
 * Every call to a model that may be billed, of all windows. Calls are written before they go out and
 * again when they have ended. Where the store can't be written they are counted in memory until it
 * can, so that nothing is spent uncounted.
 */
export class UsageLedger implements Disposable {
  private readonly options: UsageLedgerOptions;
  private readonly unsaved = new Map<string, UnsavedCall>();
  private known: KnownTotals = { totals: [], day: '', version: undefined, isCurrent: false };
  private claimedSession: string | undefined;
  private hasTold = false;

  constructor(options: UsageLedgerOptions) {
    this.options = options;
  }

  /**
   * Writes down a call that is about to go out, where `decide` admits it after a look at the totals.
   * No other window's call comes between the two. Undefined where it was not admitted.
   */
  begin(
    call: NewUsageCall,
    decide: (totals: readonly UsageTotals[]) => Admitted | undefined,
  ): UsageCall | undefined {
    const { clock, newId, workspace } = this.options;
    const startedAt = clock.wallTime();
    const known = {
      ...call,
      id: newId(),
      sessionId: this.sessionId(),
      workspace: workspace(),
      day: localDay(startedAt),
      startedAt,
    };
    const admit = (): UsageCall | undefined => {
      const admitted = decide(this.totals());
      return admitted && { ...known, estimateUsd: admitted.estimateUsd };
    };
    try {
      return this.transaction(() => {
        const begun = admit();
        if (begun) {
          this.put(begun);
        }
        return begun;
      });
    } catch (error) {
      const begun = admit();
      if (begun) {
        this.keepUnsaved({ call: begun, saved: undefined }, error);
      }
      return begun;
    }
  }

  /** Writes down how a call ended. */
  finish(call: UsageCall, end: UsageCallEnd): void {
    const ended = { ...call, end };
    const unsaved = this.unsaved.get(call.id);
    const saved = unsaved ? unsaved.saved : call;
    this.unsaved.delete(call.id);
    try {
      this.transaction(() => this.put(ended));
    } catch (error) {
      this.keepUnsaved({ call: ended, saved }, error);
    }
    // Read while nobody waits, so that the next request is not held up by it.
    this.totals();
  }

  /** What was spent in this session, today and this month, by surface and model. */
  totals(): readonly UsageTotals[] {
    const day = localDay(this.options.clock.wallTime());
    try {
      this.known = this.read(day);
    } catch (error) {
      this.tell(error);
    }
    const { totals } = this.known;
    return this.unsaved.size === 0 ? totals : [...totals, ...this.unsavedTotals(day)];
  }

  /** Saves what could not be saved before, if it can be now, and leaves the session. */
  dispose(): void {
    const { connection, clock } = this.options;
    const id = this.claimedSession;
    if (id === undefined || connection.isDisposed) {
      return;
    }
    try {
      this.transaction(() => endUsageSession(connection.database, id, clock.wallTime()));
    } catch (error) {
      this.tell(error);
    }
  }

  /** From the database, unless neither this window nor another has written to it since. */
  private read(day: string): KnownTotals {
    const { database } = this.options.connection;
    const version = database.get('PRAGMA data_version')?.['data_version'];
    const { known } = this;
    if (known.isCurrent && known.version === version && known.day === day) {
      return known;
    }
    const periods = [`session/${this.sessionId()}`, `day/${day}`, `month/${monthOf(day)}`];
    const totals = database
      .all('SELECT * FROM usage_totals WHERE period IN (?, ?, ?)', periods)
      .map(readUsageTotals);
    return { totals, day, version, isCurrent: true };
  }

  /** Runs `work` in a transaction that begins with what could not be saved before. */
  private transaction<T>(work: () => T): T {
    const waiting = [...this.unsaved];
    try {
      return this.options.connection.transaction(() => {
        for (const [id, { call }] of waiting) {
          if (this.tryPut(call)) {
            this.unsaved.delete(id);
          }
        }
        return work();
      });
    } catch (error) {
      // What was read in it may never have been.
      this.known = { ...this.known, isCurrent: false };
      for (const [id, entry] of waiting) {
        this.unsaved.set(id, entry);
      }
      throw error;
    }
  }

  private put(call: UsageCall): void {
    this.known = { ...this.known, isCurrent: false };
    const row = usageCallRow(call);
    const columns = Object.keys(row);
    const changed = columns.map((column) => `${column} = excluded.${column}`);
    this.options.connection.database.run(
      `INSERT INTO usage_calls (${columns.join(', ')})
       VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT (id) DO UPDATE SET ${changed.join(', ')}`,
      Object.values(row),
    );
  }

  /** Saves a call, unless it is of a kind that never can be: it shall not keep others from it. */
  private tryPut(call: UsageCall): boolean {
    try {
      this.put(call);
      return true;
    } catch (error) {
      if (isDatabaseFailure(error)) {
        throw error;
      }
      return false;
    }
  }

  private keepUnsaved(entry: UnsavedCall, error: unknown): void {
    this.unsaved.set(entry.call.id, entry);
    this.tell(error);
  }

  private tell(error: unknown): void {
    const isPassing =
      error instanceof Error &&
      isBusy(error.cause ?? error) &&
      this.unsaved.size < toldUnsavedCalls;
    if (!this.hasTold && !isPassing && !this.options.connection.isDisposed) {
      this.hasTold = true;
      this.options.onUnsaved?.(error);
    }
  }

  /** What the calls in memory add to what is in the database. */
  private unsavedTotals(day: string): readonly UsageTotals[] {
    return [...this.unsaved.values()].flatMap(({ call, saved }) => {
      const periods: UsagePeriod[] = ['session'];
      if (call.day === day) {
        periods.push('day');
      }
      if (monthOf(call.day) === monthOf(day)) {
        periods.push('month');
      }
      const share = shareOf(call);
      const before = saved && shareOf(saved);
      const added = before
        ? {
            ...share,
            calls: 0,
            running: share.running - before.running,
            usd: share.usd - before.usd,
          }
        : share;
      return periods.map((period) => ({ ...added, period }));
    });
  }

  /** Claimed at the first use, so that opening a window costs nothing. */
  private sessionId(): string {
    this.claimedSession ??= this.claimSession();
    return this.claimedSession;
  }

  private claimSession(): string {
    const { connection, clock, workspace, newId } = this.options;
    const wallTimeMs = clock.wallTime();
    try {
      return connection.transaction(() => {
        connection.database.run('DELETE FROM usage_calls WHERE day < ?', [
          localDay(wallTimeMs - keptDays * dayMs),
        ]);
        return claimUsageSession(connection.database, {
          workspace: workspace(),
          processId: this.options.processId ?? process.pid,
          isProcessAlive: this.options.isProcessAlive ?? isProcessAlive,
          newId,
          wallTimeMs,
        });
      });
    } catch (error) {
      this.tell(error);
      return newId();
    }
  }
}

import type { Clock } from '../../../base/clock.ts';
import { Emitter } from '../../../base/emitter.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { RetryPause } from '../../team/retryPause.ts';
import { ServerAwayError, ServerRefusedError } from '../../team/serverErrors.ts';
import type { TeamServerState } from '../../team/teamServer.ts';
import type { DatabasePools } from './databasePools.ts';
import { postgresMigrations } from './postgresSchema.ts';
import { checkTeamSchema, stepsOf } from './teamMigrations.ts';

const steps = stepsOf(postgresMigrations);

/**
 * Whether the team's database is there for us, from what becomes of each use of it. While it is away
 * it is tried again with growing pauses, and everybody else is told at once; where it refuses us,
 * nothing is tried any more.
 */
export class TeamConnection implements Disposable {
  private readonly pools: DatabasePools;
  private readonly clock: Clock;
  private readonly states = new Emitter<TeamServerState>();
  private readonly pause: RetryPause;
  private current: TeamServerState = { kind: 'away', reason: 'Connecting to the team’s database.' };
  private checking: Promise<void> | undefined;
  private timer: Disposable | undefined;
  private isDisposed = false;

  constructor(pools: DatabasePools, clock: Clock) {
    this.pools = pools;
    this.clock = clock;
    this.pause = new RetryPause(clock);
  }

  readonly onDidChangeState = this.states.event;

  get state(): TeamServerState {
    return this.current;
  }

  /** Does `work` with a database whose schema is ours. */
  async ask<T>(work: () => Promise<T>): Promise<T> {
    if (this.current.kind === 'refused') {
      throw new ServerRefusedError(this.current.reason);
    }
    if (this.current.kind === 'away') {
      await this.comeBack();
    }
    try {
      return await work();
    } catch (error) {
      this.noteFailure(error);
      throw error;
    }
  }

  /** Asks at once, whatever was known. Rejects with why it is of no use. */
  check(): Promise<void> {
    this.checking ??= this.tryOnce().finally(() => {
      this.checking = undefined;
    });
    return this.checking;
  }

  dispose(): void {
    this.isDisposed = true;
    this.timer?.dispose();
    this.states.dispose();
  }

  private async comeBack(): Promise<void> {
    if (this.pause.leftMs > 0 && !this.checking) {
      throw new ServerAwayError(this.current.reason);
    }
    await this.check();
  }

  private async tryOnce(): Promise<void> {
    const options = { operation: 'team.check', pool: 'write' } as const;
    try {
      await this.pools.transaction(options, (transaction) => checkTeamSchema(transaction, steps));
    } catch (error) {
      this.noteFailure(error);
      throw error;
    }
    this.pause.reset();
    this.become({ kind: 'connected', reason: '' });
  }

  private noteFailure(error: unknown): void {
    if (this.isDisposed) {
      return;
    }
    if (error instanceof ServerRefusedError) {
      this.become({ kind: 'refused', reason: error.message });
    } else if (error instanceof ServerAwayError) {
      if (this.pause.leftMs === 0) {
        // Of many that fail together, one counts.
        this.pause.failed();
      }
      this.become({ kind: 'away', reason: error.message });
      this.timer?.dispose();
      this.timer = this.clock.setTimeout(() => {
        // What it finds is in the state.
        this.check().catch(() => undefined);
      }, this.pause.leftMs);
    }
  }

  private become(state: TeamServerState): void {
    const isSame = state.kind === this.current.kind && state.reason === this.current.reason;
    this.current = state;
    if (state.kind !== 'away') {
      this.timer?.dispose();
    }
    if (!isSame && !this.isDisposed) {
      this.states.fire(state);
    }
  }
}

import { ServerAwayError, ServerRefusedError } from '../../team/serverErrors.ts';
import type { PlannedStatement, TableSpec, WriteOperation } from '../batchPlan.ts';
import { halves } from '../batchUnits.ts';
import type { DatabasePools, PostgresTransaction } from './databasePools.ts';
import { isConflict, isRightMissing } from './postgresErrors.ts';
import { executePlan, onlyStatement, planOf, runPlanned } from './postgresPlan.ts';

/**
 * Operations that are kept together or not at all. They may be done twice where a connection is lost
 * in the middle of a commit, and must then come to the same: put and clear do, and so must `update`
 * and `run`.
 */
export interface PostgresWriteUnit {
  readonly operations: readonly WriteOperation[];
  /** Runs in the transaction, before the unit; what it throws becomes the unit's failure. */
  readonly check?: (transaction: PostgresTransaction) => Promise<void>;
  /**
   * Makes what the caller is told out of the failure of this very unit. Runs before the checks of
   * those after it.
   */
  readonly explain?: (error: unknown) => unknown;
}

/** A unit that is to be committed, perhaps again. */
export interface CommittedUnit extends PostgresWriteUnit {
  /** Whether it may be in the database already; set where nobody can tell. */
  isRepeated?: boolean;
}

export interface Failure {
  readonly error: unknown;
}

interface CommitParts {
  readonly pools: DatabasePools;
  readonly tables: readonly TableSpec[];
  /** Makes what a unit's caller is told out of its failure. */
  readonly explain: (unit: PostgresWriteUnit, error: unknown) => unknown;
}

const tag = { operation: 'batch.write', pool: 'write' } as const;
/**
 * Commits all units, or where one fails all others; tells what became of those that failed. Throws
 * what is none of their fault.
 */
export async function commitUnits<Unit extends CommittedUnit>(
  parts: CommitParts,
  units: readonly Unit[],
): Promise<ReadonlyMap<Unit, Failure>> {
  const failures = new Map<Unit, Failure>();
  const failure = await commitTogether(parts, units);
  const [first] = units;
  if (failure && first && units.length === 1) {
    failures.set(first, { error: parts.explain(first, failure.error) });
  } else if (failure) {
    await inTransaction(parts, units, (transaction) =>
      applyHalves({ ...parts, transaction, failures }, units),
    );
  }
  return failures;
}

/** The usual case, with no savepoint to wait for. Tells what a unit is at fault for. */
async function commitTogether(
  parts: CommitParts,
  units: readonly CommittedUnit[],
): Promise<Failure | undefined> {
  try {
    const { operations, isRepeated, isChecked } = together(units);
    const { tables } = parts;
    const alone = isChecked ? undefined : onlyStatement(planOf(tables, operations, isRepeated));
    await (alone
      ? runAlone(parts, units, alone)
      : inTransaction(parts, units, (transaction) => apply(transaction, tables, units)));
    return undefined;
  } catch (error) {
    if (isNobodysFault(error)) {
      throw error;
    }
    return { error };
  }
}

/** One statement is a transaction by itself, in one round trip instead of three. */
async function runAlone(
  { pools }: CommitParts,
  units: readonly CommittedUnit[],
  statement: PlannedStatement,
): Promise<void> {
  try {
    await runPlanned(statement, (sql, values) => pools.query(sql, values ?? [], tag));
  } catch (error) {
    noteRepeat(units, error);
    throw error;
  }
}

async function inTransaction(
  { pools }: CommitParts,
  units: readonly CommittedUnit[],
  work: (transaction: PostgresTransaction) => Promise<void>,
): Promise<void> {
  let isCommitting = false;
  try {
    await pools.transaction(tag, async (transaction) => {
      await work(transaction);
      isCommitting = true;
    });
  } catch (error) {
    if (isCommitting) {
      noteRepeat(units, error);
    }
    throw error;
  }
}

interface Halving<Unit> extends CommitParts {
  readonly transaction: PostgresTransaction;
  readonly failures: Map<Unit, Failure>;
}

/** Applies the units, or where that fails one half after the other, until the bad one is alone. */
async function applyHalves<Unit extends CommittedUnit>(
  halving: Halving<Unit>,
  units: readonly Unit[],
): Promise<void> {
  const failure = await attempt(halving, units);
  const [first] = units;
  if (!failure || !first) {
    return;
  }
  if (units.length === 1) {
    halving.failures.set(first, { error: halving.explain(first, failure.error) });
    return;
  }
  for (const half of halves(units)) {
    await applyHalves(halving, half);
  }
}

/** Applies the units or nothing of them. */
async function attempt<Unit extends CommittedUnit>(
  { transaction, tables }: Halving<Unit>,
  units: readonly Unit[],
): Promise<Failure | undefined> {
  await transaction.query('SAVEPOINT attempt');
  try {
    await apply(transaction, tables, units);
    await transaction.query('RELEASE attempt');
    return undefined;
  } catch (error) {
    if (isNobodysFault(error)) {
      throw error;
    }
    await transaction.query('ROLLBACK TO attempt; RELEASE attempt');
    return { error };
  }
}

async function apply(
  transaction: PostgresTransaction,
  tables: readonly TableSpec[],
  units: readonly CommittedUnit[],
): Promise<void> {
  for (const unit of units) {
    await unit.check?.(transaction);
  }
  const { operations, isRepeated } = together(units);
  await executePlan(transaction, tables, operations, isRepeated);
}

function together(units: readonly CommittedUnit[]) {
  return {
    operations: units.flatMap((unit) => unit.operations),
    isRepeated: units.some((unit) => unit.isRepeated === true),
    isChecked: units.some((unit) => unit.check !== undefined),
  };
}

/** The connection was lost while nobody could tell whether it came to pass. */
function noteRepeat(units: readonly CommittedUnit[], error: unknown): void {
  if (error instanceof ServerAwayError) {
    for (const unit of units) {
      unit.isRepeated = true;
    }
  }
}

/** Whether every write would have failed alike, so that it is no use to look for the bad one. */
function isNobodysFault(error: unknown): boolean {
  // A right that is missing for one table or column may be there for the others.
  const isRefused = error instanceof ServerRefusedError && !isRightMissing(error);
  return error instanceof ServerAwayError || isRefused || isConflict(error);
}

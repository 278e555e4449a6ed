import { BugError } from '../../../base/errors.ts';
import { type PlanDialect, plan, type TableSpec, type WriteOperation } from '../batchPlan.ts';
import type { PostgresTransaction } from './databasePools.ts';

/** The protocol counts a statement's values in 16 bits. */
const maxValues = 65_535;
/** More rows are hardly quicker, and hold up what others send over the same network. */
const maxRows = 1_000;

const dialect: PlanDialect = {
  place: (number) => `$${number}`,
  rowsAtOnce: (left, columns) =>
    Math.max(1, Math.min(left, maxRows, Math.floor(maxValues / Math.max(1, columns)))),
};
/** After a connection was lost in a commit, nobody knows whether it came to pass. */
const repeatedDialect: PlanDialect = { ...dialect, isRepeated: true };

/**
 * Does the operations in a transaction, as `plan` says. The statements of `run` operations have `$1`
 * and so on for their values.
 */
export async function executePlan(
  transaction: PostgresTransaction,
  tables: readonly TableSpec[],
  operations: readonly WriteOperation[],
  isRepeated: boolean,
): Promise<void> {
  const chosen = isRepeated ? repeatedDialect : dialect;
  for (const { sql, values, otherwise } of plan(tables, operations, chosen)) {
    const { changed } = await transaction.query(sql, values);
    if (changed === 0 && otherwise !== undefined) {
      throw new BugError(otherwise);
    }
  }
}

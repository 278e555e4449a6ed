import { BugError } from '../../../base/errors.ts';
import {
  type PlanDialect,
  type PlannedStatement,
  plan,
  type TableSpec,
  type WriteOperation,
} from '../batchPlan.ts';
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

/** The statements of a plan; those of `run` operations have `$1` and so on for their values. */
export function planOf(
  tables: readonly TableSpec[],
  operations: readonly WriteOperation[],
  isRepeated: boolean,
): Iterable<PlannedStatement> {
  return plan(tables, operations, isRepeated ? repeatedDialect : dialect);
}

/** The statement that is all of a plan, if there is one: it needs no transaction around it. */
export function onlyStatement(
  statements: Iterable<PlannedStatement>,
): PlannedStatement | undefined {
  let only: PlannedStatement | undefined;
  for (const statement of statements) {
    if (only) {
      return undefined;
    }
    only = statement;
  }
  return only;
}

/** Does the operations in a transaction, as their plan says. */
export async function executePlan(
  transaction: PostgresTransaction,
  tables: readonly TableSpec[],
  operations: readonly WriteOperation[],
  isRepeated: boolean,
): Promise<void> {
  for (const statement of planOf(tables, operations, isRepeated)) {
    await runPlanned(statement, transaction.query);
  }
}

/** Does one statement of a plan through `query`. */
export async function runPlanned(
  { sql, values, otherwise }: PlannedStatement,
  query: PostgresTransaction['query'],
): Promise<void> {
  const { changed } = await query(sql, values);
  if (changed === 0 && otherwise !== undefined) {
    throw new BugError(otherwise);
  }
}

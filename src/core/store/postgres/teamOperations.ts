import { BugError } from '../../../base/errors.ts';
import type { Row, TableSpec, WriteOperation } from '../batchPlan.ts';
import { teamTableOf } from './postgresSchema.ts';

/** Columns that hold text or bytes on this machine, and bytes alone in a team's database. */
const bytesColumns = ['blocks', 'content'] as const;

/** A write to this machine's tables as one to the team's. */
export function teamOperation(operation: WriteOperation): WriteOperation {
  switch (operation.kind) {
    case 'run':
      return operation;
    case 'put':
      return { ...operation, table: tableOf(operation.table), row: teamRow(operation.row) };
    default:
      return { ...operation, table: tableOf(operation.table) };
  }
}

function tableOf(table: TableSpec): TableSpec {
  const found = teamTableOf.get(table);
  if (!found) {
    throw new BugError(`A team’s database has no table ${table.name}.`);
  }
  return found;
}

function teamRow(row: Row): Row {
  const changed: Record<string, Uint8Array> = {};
  for (const column of bytesColumns) {
    const value = row[column];
    if (typeof value === 'string') {
      changed[column] = Buffer.from(value, 'utf8');
    }
  }
  return { ...row, ...changed };
}

import { BugError } from '../../base/errors.ts';
import type { Database, SqlValue } from './database.ts';

export type Row = Readonly<Record<string, SqlValue>>;

/** What the writer has to know of a table. */
export interface TableSpec {
  readonly name: string;
  /** The columns that tell its rows apart. */
  readonly key: readonly string[];
  /**
   * What a `put` does where the key exists: `replace` updates the columns it gives, `fail` refuses.
   * Rows of a `fail` table are inserted in the order they came.
   */
  readonly onConflict: 'replace' | 'fail';
  /** The column whose rows `clearGroup` deletes together; for PostgreSQL, one of `key`. */
  readonly group?: string;
  /** Makes one row of two that follow each other with the same key in one batch. */
  readonly merge?: (earlier: Row, later: Row) => Row;
  /** SQL for columns that an `update` does not simply overwrite, with one `?` for the value. */
  readonly updateExpressions?: Readonly<Record<string, string>>;
}

export type WriteOperation =
  /** Inserts a row, or updates the one with its key. */
  | { readonly kind: 'put'; readonly table: TableSpec; readonly row: Row }
  /** Deletes all rows of a group; rows put after it are its new ones. */
  | { readonly kind: 'clearGroup'; readonly table: TableSpec; readonly group: SqlValue }
  /** Changes columns of a row that must exist. `key` is the value of the table's only key column. */
  | {
      readonly kind: 'update';
      readonly table: TableSpec;
      readonly key: SqlValue;
      readonly changes: Row;
    }
  /** Runs one statement, after everything before it and before everything after it. */
  | { readonly kind: 'run'; readonly sql: string; readonly values: readonly SqlValue[] };

/** What the engines differ in as to planning. */
export interface PlanDialect {
  /** Stands for the value with this number, counted from 1 in each statement. */
  place(number: number): string;
  /** How many of the rows that are left, each with so many columns, one statement takes. */
  rowsAtOnce(left: number, columns: number): number;
  /**
   * Whether all of this may have been done before: then a row of a `fail` table that is there already
   * is our own.
   */
  readonly isRepeated?: boolean;
}

/** One statement of a plan. */
export interface PlannedStatement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** What to say where it changes nothing although it must. */
  readonly otherwise?: string;
}

/**
 * Rows per statement, largest first. With one row in each, `test/bench/writes.ts` took 1,040 ms, with
 * up to 4 587, 16 309, 64 285, 256 262; more sizes are more statements to keep prepared.
 */
const rowsPerStatement = [64, 16, 4, 1] as const;

const sqlite: PlanDialect = {
  place: () => '?',
  rowsAtOnce: (left) => rowsPerStatement.find((size) => size <= left) ?? 1,
};

/** Does the operations as `plan` says, on SQLite. */
export function execute(
  database: Database,
  tables: readonly TableSpec[],
  operations: readonly WriteOperation[],
): void {
  for (const { sql, values, otherwise } of plan(tables, operations, sqlite)) {
    const changed = database.run(sql, values);
    if (changed === 0 && otherwise !== undefined) {
      throw new BugError(otherwise);
    }
  }
}

/**
 * The statements whose outcome is that of doing the operations one after another, but table by table,
 * in the order of `tables`, and as few as that allows.
 */
export function* plan(
  tables: readonly TableSpec[],
  operations: readonly WriteOperation[],
  dialect: PlanDialect,
): Generator<PlannedStatement> {
  let batch = new Batch(tables);
  for (const operation of operations) {
    if (operation.kind === 'run') {
      yield* batch.statements(dialect);
      yield operation;
      batch = new Batch(tables);
      continue;
    }
    if (!batch.canTake(operation)) {
      yield* batch.statements(dialect);
      batch = new Batch(tables);
    }
    batch.take(operation);
  }
  yield* batch.statements(dialect);
}

type TableOperation = Exclude<WriteOperation, { kind: 'run' }>;

/** Operations whose order does not matter beyond what each table's writes keep. */
class Batch {
  private readonly writes: ReadonlyMap<TableSpec, TableWrites>;

  constructor(tables: readonly TableSpec[]) {
    this.writes = new Map(tables.map((table) => [table, new TableWrites(table)]));
  }

  canTake(operation: TableOperation): boolean {
    return this.of(operation.table).canTake(operation);
  }

  take(operation: TableOperation): void {
    this.of(operation.table).take(operation);
  }

  *statements(dialect: PlanDialect): Generator<PlannedStatement> {
    for (const writes of this.writes.values()) {
      yield* writes.statements(dialect);
    }
  }

  private of(table: TableSpec): TableWrites {
    const writes = this.writes.get(table);
    if (!writes) {
      throw new BugError(`The writer does not know the table ${table.name}.`);
    }
    return writes;
  }
}

/** What is to be done to one table: first groups are cleared, then rows put, then rows updated. */
class TableWrites {
  private readonly table: TableSpec;
  private readonly clearedGroups = new Set<SqlValue>();
  /** By group, then by key; a table without groups is one group. */
  private readonly rows = new Map<SqlValue, Map<unknown, Row>>();
  private readonly updates: Extract<WriteOperation, { kind: 'update' }>[] = [];
  private readonly updatedKeys = new Set<SqlValue>();

  constructor(table: TableSpec) {
    this.table = table;
  }

  /** A put after an update of the same row would be executed before it. */
  canTake(operation: TableOperation): boolean {
    if (this.updates.length === 0) {
      return true;
    }
    return operation.kind === 'put'
      ? !this.updatedKeys.has(operation.row[this.table.key[0] ?? ''] ?? null)
      : operation.kind === 'update';
  }

  take(operation: TableOperation): void {
    switch (operation.kind) {
      case 'put':
        this.put(operation.row);
        return;
      case 'clearGroup':
        this.clearedGroups.add(operation.group);
        this.rows.delete(operation.group);
        return;
      case 'update':
        this.updates.push(operation);
        this.updatedKeys.add(operation.key);
    }
  }

  *statements(dialect: PlanDialect): Generator<PlannedStatement> {
    yield* this.clearings(dialect);
    const rows = [...this.rows.values()].flatMap((group) => [...group.values()]);
    for (const [columns, alike] of byColumns(rows)) {
      for (const chunk of chunks(alike, columns.length, dialect)) {
        const values = chunk.flatMap((row) => columns.map((column) => row[column] ?? null));
        yield { sql: putStatement(this.table, columns, chunk.length, dialect), values };
      }
    }
    for (const update of this.updates) {
      yield this.updating(update, dialect);
    }
  }

  private put(row: Row): void {
    const { table } = this;
    const group = table.group === undefined ? null : (row[table.group] ?? null);
    const rows = this.rows.get(group) ?? new Map<unknown, Row>();
    this.rows.set(group, rows);
    const key = table.onConflict === 'fail' && !table.merge ? Symbol() : keyOf(table, row);
    const earlier = rows.get(key);
    if (!earlier) {
      rows.set(key, row);
    } else {
      rows.set(key, table.merge ? table.merge(earlier, row) : { ...earlier, ...row });
    }
  }

  private *clearings(dialect: PlanDialect): Generator<PlannedStatement> {
    const { name, group } = this.table;
    for (const chunk of chunks([...this.clearedGroups], 1, dialect)) {
      const places = chunk.map((_, index) => dialect.place(index + 1)).join(', ');
      const sql = `DELETE FROM ${quoted(name)} WHERE ${quoted(group ?? '')} IN (${places})`;
      yield { sql, values: chunk };
    }
  }

  private updating(
    { key, changes }: Extract<WriteOperation, { kind: 'update' }>,
    { place }: PlanDialect,
  ): PlannedStatement {
    const { name, key: keyColumns, updateExpressions } = this.table;
    const columns = Object.keys(changes);
    const assignments = columns.map((column, index) => {
      const value = updateExpressions?.[column] ?? '?';
      return `${quoted(column)} = ${value.replace('?', () => place(index + 1))}`;
    });
    const condition = `${quoted(keyColumns[0] ?? '')} = ${place(columns.length + 1)}`;
    return {
      sql: `UPDATE ${quoted(name)} SET ${assignments.join(', ')} WHERE ${condition}`,
      values: [...columns.map((column) => changes[column] ?? null), key],
      otherwise: `There is no row ${String(key)} in ${name}.`,
    };
  }
}

/** The statement that inserts so many rows, or updates those whose key exists. */
function putStatement(
  table: TableSpec,
  columns: readonly string[],
  count: number,
  { place, isRepeated }: PlanDialect,
): string {
  let number = 0;
  const nextRow = (): string => {
    const places = columns.map(() => {
      number += 1;
      return place(number);
    });
    return `(${places.join(', ')})`;
  };
  const rows = Array.from({ length: count }, nextRow).join(', ');
  const insert = `INSERT INTO ${quoted(table.name)} (${columns.map(quoted).join(', ')}) VALUES ${rows}`;
  if (table.onConflict === 'fail' && !isRepeated) {
    return insert;
  }
  const assignments = columns
    .filter((column) => table.onConflict === 'replace' && !table.key.includes(column))
    .map((column) => `${quoted(column)} = excluded.${quoted(column)}`);
  const action = assignments.length > 0 ? `UPDATE SET ${assignments.join(', ')}` : 'NOTHING';
  return `${insert} ON CONFLICT (${table.key.map(quoted).join(', ')}) DO ${action}`;
}

function byColumns(rows: readonly Row[]): readonly (readonly [readonly string[], Row[]])[] {
  const groups = new Map<string, readonly [readonly string[], Row[]]>();
  for (const row of rows) {
    const columns = Object.keys(row);
    const name = columns.join();
    const group = groups.get(name) ?? ([columns, []] as const);
    groups.set(name, group);
    group[1].push(row);
  }
  return [...groups.values()];
}

function chunks<T>(
  items: readonly T[],
  columns: number,
  { rowsAtOnce }: PlanDialect,
): readonly (readonly T[])[] {
  const result: (readonly T[])[] = [];
  for (let start = 0; start < items.length; ) {
    const size = rowsAtOnce(items.length - start, columns);
    result.push(items.slice(start, start + size));
    start += size;
  }
  return result;
}

function keyOf(table: TableSpec, row: Row): string {
  return JSON.stringify(table.key.map((column) => row[column] ?? null));
}

/** An identifier as SQL takes it, whatever is in it. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

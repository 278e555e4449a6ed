import type { ComponentChildren, JSX } from 'preact';

export interface FigureColumn<Row> {
  readonly name: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

interface FigureTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly FigureColumn<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Said where there are no rows. */
  readonly empty: string;
}

/** A table of figures with its caption as a heading. */
export function FigureTable<Row>({
  caption,
  columns,
  rows,
  keyOf,
  empty,
}: FigureTableProps<Row>): JSX.Element {
  if (rows.length === 0) {
    return (
      <section class="perf-block" aria-label={caption}>
        <h2>{caption}</h2>
        <p class="perf-empty">{empty}</p>
      </section>
    );
  }
  return (
    <section class="perf-block">
      <div class="perf-scroll">
        <table class="perf-table">
          <caption>{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ name, isNumber }) => (
                <th key={name} scope="col" class={isNumber ? 'perf-number' : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={keyOf(row)}>
                {columns.map(({ name, isNumber, cell }) => (
                  <td key={name} class={isNumber ? 'perf-number' : undefined}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

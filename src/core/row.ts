/** One thing of the user's list: a URL, a table row. */
export interface Row {
  /** Position among the rows of the input, from 1. */
  readonly number: number;
  /** Where it is in the source, for messages: `names.csv:1042`. */
  readonly line: number;
  readonly columns: readonly string[];
  /** One value per column: text from CSV, any JSON value from JSONL (integers beyond 2^53 as bigint). */
  readonly values: readonly unknown[];
}

/** The value of a column, or undefined where the row has none of that name. */
export function cell(row: Row, column: string): unknown {
  const index = row.columns.indexOf(column);
  return index === -1 ? undefined : row.values[index];
}

/** A row's values by the names of its columns. */
export function plainRow({ columns, values }: Row): Readonly<Record<string, unknown>> {
  return Object.fromEntries(columns.map((name, index) => [name, values[index]]));
}

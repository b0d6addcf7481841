import type { Row } from "../core/row.ts";

/** The value that a variable of a template stands for; undefined where there is none. */
export type Lookup = (name: string) => unknown;

/** The values of one row after the other by their columns' names. */
export interface RowLookup {
  readonly lookup: Lookup;
  /** From now on the values are those of this row. */
  readonly turnTo: (row: Row) => void;
}

/** A look-up that sorts the columns once for all rows that share them. */
export function createRowLookup(): RowLookup {
  let columns: readonly string[] = [];
  let positions: ReadonlyMap<string, number> = new Map();
  let values: readonly unknown[] = [];
  return {
    lookup(name) {
      const position = positions.get(name);
      return position === undefined ? undefined : values[position];
    },
    turnTo(row) {
      if (row.columns !== columns) {
        columns = row.columns;
        positions = new Map(columns.map((name, index) => [name, index]));
      }
      values = row.values;
    },
  };
}

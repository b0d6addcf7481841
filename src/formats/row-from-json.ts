import type { Row } from "../core/row.ts";

/** Where a JSON value stood in its input. */
export interface RowPlace {
  readonly number: number;
  readonly line: number;
  /** The row before: its `columns` are taken over when the keys are the same. */
  readonly like: Row | undefined;
}

const VALUE_COLUMNS: readonly string[] = Object.freeze(["value"]);

/** The row of a JSON value: an object's members, or any other value in the one column `value`. */
export function rowFromJson(value: unknown, { number, line, like }: RowPlace): Row {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { number, line, columns: VALUE_COLUMNS, values: [value] };
  }
  const keys = Object.keys(value);
  const columns = like !== undefined && sameTexts(keys, like.columns) ? like.columns : keys;
  return { number, line, columns, values: Object.values(value) };
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}

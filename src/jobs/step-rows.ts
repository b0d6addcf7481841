import type { Row } from "../core/row.ts";
import { isMapping } from "./job-settings.ts";
import type { JobRows } from "./job-step.ts";
import { VALUE_COLUMN } from "./step-columns.ts";

/** The rows of a table that stands in the job itself; numbered from 1, in its order. */
export function inlineRows(rows: Extract<JobRows, readonly unknown[]>): readonly Row[] {
  return [...childRows(undefined, rows)];
}

/**
 * The rows that the items of an answer are for the children of a step, lazily: the columns of the row
 * that was asked for, then the item's members, which replace columns of their name; an item that is no
 * mapping is the column `value`. Items with equal keys share their list of columns.
 */
export function* childRows(
  parent: Row | undefined,
  items: Iterable<unknown>,
): Generator<Row, void, undefined> {
  let number = 0;
  let layout: Layout | undefined;
  for (const item of items) {
    number += 1;
    const keys = isMapping(item) ? Object.keys(item) : VALUE_COLUMNS;
    if (layout === undefined || !isSame(keys, layout.keys)) layout = layoutOf(parent, keys);
    const values = layout.kept.map((index) => parent!.values[index]);
    if (isMapping(item)) for (const key of keys) values.push(item[key]);
    else values.push(item);
    yield { number, line: parent?.line ?? number, columns: layout.columns, values };
  }
}

/** Which of a parent's values stay beside those of an item, and what all are called. */
interface Layout {
  readonly keys: readonly string[];
  readonly kept: readonly number[];
  readonly columns: readonly string[];
}

const VALUE_COLUMNS: readonly string[] = [VALUE_COLUMN];

function layoutOf(parent: Row | undefined, keys: readonly string[]): Layout {
  const columns = parent?.columns ?? [];
  const own = new Set(keys);
  const kept = [...columns.keys()].filter((index) => !own.has(columns[index]!));
  return { keys, kept, columns: [...kept.map((index) => columns[index]!), ...keys] };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index]);
}

/** The rows of one of several parents. */
export interface ParentRows {
  readonly id: string;
  readonly rows: readonly Row[];
}

/**
 * Rows of several parents together, lazily: every pair of a product, the last parent's fastest, or the
 * first rows, the second rows and so on of a zip, up to the end of the shortest. Each column is there
 * as `parent.column`, and by its own name where one parent alone has it.
 */
export function* joinRows(
  kind: "product" | "zip",
  parents: readonly ParentRows[],
): Generator<Row, void, undefined> {
  const sizes = parents.map(({ rows }) => rows.length);
  const total =
    kind === "zip" ? Math.min(...sizes) : sizes.reduce((product, size) => product * size, 1);
  for (let index = 0; index < total; index += 1) {
    let rest = index;
    const chosen = parents
      .toReversed()
      .map(({ id, rows }) => {
        const at = kind === "zip" ? index : rest % rows.length;
        rest = Math.floor(rest / rows.length);
        return { id, row: rows[at]! };
      })
      .toReversed();
    yield joined(chosen, index + 1);
  }
}

function joined(
  chosen: readonly { readonly id: string; readonly row: Row }[],
  number: number,
): Row {
  const owners = new Map<string, number>();
  for (const { row } of chosen) {
    for (const column of row.columns) owners.set(column, (owners.get(column) ?? 0) + 1);
  }
  const columns: string[] = [];
  const values: unknown[] = [];
  for (const { id, row } of chosen) {
    for (const [index, column] of row.columns.entries()) {
      const names = owners.get(column) === 1 ? [column, `${id}.${column}`] : [`${id}.${column}`];
      for (const name of names) {
        columns.push(name);
        values.push(row.values[index]);
      }
    }
  }
  return { number, line: number, columns, values };
}

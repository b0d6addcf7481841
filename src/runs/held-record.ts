import type { OutputRecord } from "../sinks/sink.ts";

/** A record that waits for its turn, as the journal keeps it: JSON has no names for what never changes. */
export type HeldParts = readonly [
  columns: readonly string[],
  values: readonly unknown[],
  items?: readonly HeldParts[],
];

/** What is kept of a record. */
export function heldParts({ columns, values, items }: OutputRecord): HeldParts {
  return items === undefined ? [columns, values] : [columns, values, Array.from(items, heldParts)];
}

/** The record of what was kept. */
export function heldRecord([columns, values, items]: HeldParts): OutputRecord {
  return { columns, values, ...(items === undefined ? {} : { items: items.map(heldRecord) }) };
}

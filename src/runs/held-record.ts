import { parseJson, stringifyJson } from "../formats/json.ts";
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

/** A record whose items are held as the text that they would be in the journal, and read when they are asked for. */
export function packedRecord(record: OutputRecord): OutputRecord {
  if (record.items === undefined) return record;
  const text = stringifyJson(Array.from(record.items, heldParts));
  const read = (): OutputRecord[] => (parseJson(text) as HeldParts[]).map(heldRecord);
  return { ...record, items: { [Symbol.iterator]: () => read().values() } };
}

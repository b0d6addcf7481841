import type { JournalStore } from "./journal-store.ts";
import { RecordCursor } from "./record-cursor.ts";

/** Rows whose last outcome is a failure with one of these codes or statuses; all failures without any. */
export function failedRows(
  store: JournalStore,
  only: { readonly codes: readonly string[]; readonly statuses: readonly number[] },
): readonly number[] {
  const { codes, statuses } = only;
  const any = codes.length === 0 && statuses.length === 0;
  const rows = new Set<number>();
  for (const { records } of store.groups()) {
    for (const cursor = new RecordCursor(records); cursor.next();) {
      const { row, kind, code, status } = cursor;
      // What may have been done is asked again only where it is named.
      const isMeant = any
        ? code !== "E_UNKNOWN_EFFECT"
        : codes.some((one) => one === code) || statuses.includes(status);
      // The last outcome counts.
      if (kind === "failed" && isMeant) rows.add(row);
      else rows.delete(row);
    }
  }
  return [...rows].sort((one, other) => one - other);
}

/**
 * The rows in the order in which their records stand in the output: of the log; with the order of the
 * input ascending, but for those that were asked again and are appended until the run ends.
 */
export function outputSequence(store: JournalStore): Float64Array {
  const isOrdered = store.fact<string>("order") === "input";
  const appendedFrom = store.fact<number | null>("appendedFrom") ?? Number.POSITIVE_INFINITY;
  const held = new Set([...store.held()].map(([row]) => row));
  let sequence: number[] = [];
  let appended: number[] = [];
  let group = 0;
  for (const { records } of store.groups()) {
    group += 1;
    const taken = new Set<number>();
    for (const cursor = new RecordCursor(records); cursor.next();) {
      const { row, kind } = cursor;
      if (kind === "owed") taken.add(row);
      else if (!held.has(row)) (group >= appendedFrom ? appended : sequence).push(row);
    }
    if (taken.size === 0) continue;
    sequence = sequence.filter((row) => !taken.has(row));
    appended = appended.filter((row) => !taken.has(row));
  }
  if (isOrdered) sequence.sort((one, other) => one - other);
  return Float64Array.from([...sequence, ...appended]);
}

import { crc32 } from "node:zlib";

import { JournalError } from "../queue/journal-format.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import { type OutcomeRecord, readRecords } from "../queue/outcome-record.ts";
import { RECORD_BYTES } from "../queue/record-layout.ts";
import { RecordCursor } from "../queue/record-cursor.ts";

/** Rows whose records are in memory at once: 5 MB of them. */
const WINDOW_ROWS = 65_536;

/** Which rows a group of the log tells of. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/**
 * The last record of each row that has an outcome, in the order of the rows, of the log as it is when
 * the first one is asked for. Memory is that of a window of rows: outcomes land nearly in the order of
 * the input, so each window reads few groups.
 * @throws JournalError where a group is damaged, before the first record.
 */
export function* recordsInOrder(
  store: JournalStore,
  windowRows = WINDOW_ROWS,
): Generator<OutcomeRecord> {
  const spans = spansOf(store);
  let last = 0;
  for (const span of spans) last = Math.max(last, span.last);
  const slots = new Uint8Array(Math.min(windowRows, last) * RECORD_BYTES);
  for (let from = 1; from <= last; from += windowRows) {
    slots.fill(0);
    for (const [index, span] of spans.entries()) {
      if (span.last < from || span.first >= from + windowRows) continue;
      const group = groupOf(store, index + 1);
      place(group, slots, from);
      release(group);
    }
    for (const record of readRecords(slots)) if (record.row !== 0) yield record;
  }
}

/** Every record of one row, the earliest first. @throws JournalError where a group is damaged. */
export function* recordsOfRow(store: JournalStore, wanted: number): Generator<OutcomeRecord> {
  for (const { records } of store.groups()) {
    let at = 0;
    for (const cursor = new RecordCursor(records); cursor.next();) {
      if (cursor.row === wanted) yield* readRecords(records.subarray(at, at + RECORD_BYTES));
      at += RECORD_BYTES;
    }
    release(records);
  }
}

function spansOf(store: JournalStore): readonly Span[] {
  const spans: Span[] = [];
  for (const { records } of store.groups()) {
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (const cursor = new RecordCursor(records); cursor.next();) {
      const { row } = cursor;
      if (row < first) first = row;
      if (row > last) last = row;
    }
    release(records);
    spans.push({ first, last });
  }
  return spans;
}

/** Groups are numbered from 1 without a gap: whoever counted them has seen that. */
function groupOf({ database, directory }: JournalStore, id: number): Uint8Array {
  const found = database.prepare("SELECT records, checksum FROM outcomes WHERE id = ?").get(id);
  const records = found?.["records"];
  if (!(records instanceof Uint8Array) || crc32(records) !== found?.["checksum"]) {
    throw new JournalError(
      `the journal in ${directory} is damaged: group ${id} is not as it was written`,
    );
  }
  return records;
}

/**
 * Frees the bytes of a group now: to the collector each is a small object, and it lets a whole log of
 * them pile up.
 */
function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** Puts the records of a group where their rows belong; one that is owed again leaves its place empty. */
function place(group: Uint8Array, slots: Uint8Array, from: number): void {
  let at = 0;
  for (const cursor = new RecordCursor(group); cursor.next();) {
    const { row, kind } = cursor;
    const slot = (row - from) * RECORD_BYTES;
    if (slot >= 0 && slot < slots.byteLength) {
      if (kind === "owed") slots.fill(0, slot, slot + RECORD_BYTES);
      else slots.set(group.subarray(at, at + RECORD_BYTES), slot);
    }
    at += RECORD_BYTES;
  }
}

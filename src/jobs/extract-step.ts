import { isUtf8 } from "node:buffer";

import type { Document } from "../formats/document.ts";
import type { CompiledStep } from "./compile-step.ts";
import { cell, type Row } from "../core/row.ts";
import type { OutputRecord } from "../sinks/sink.ts";
import {
  type Absent,
  extractPicks,
  lacking,
  type PickedColumn,
  unreadable,
} from "./extract-picks.ts";
import type { Extract } from "./extract.ts";
import { isLarge, itemsOfStep } from "./step-items.ts";

/**
 * The record of each answer of a step: the row's columns, what is picked, and how it went; without picks
 * the answer itself as the column `body`. Where a step has `each` it is a record per item, and none of a
 * row that failed. An answer whose items cannot be read has failed; where an absent value `fails`, so has
 * one whose items lack it.
 */
export function extractStep(step: CompiledStep, absent: Absent = "counted"): Extract {
  const { each, picks, position } = step;
  if (each !== undefined) return extractItems(step, absent);
  const isRecord = step.step.output !== undefined;
  const columns = picks.length > 0 || !isRecord ? picks : [WHOLE_BODY];
  const isUncounted = absent === "counted" && position === "inner" && !isRecord;
  return extractPicks({
    picks: columns,
    meta: "with meta",
    absent: columns[0] === WHOLE_BODY || isUncounted ? "no matter" : absent,
  });
}

/** A record for each item of an answer. */
function extractItems(step: CompiledStep, absent: Absent): Extract {
  const { recordsOf, rowsOf } = itemsOfStep(step);
  const asked = absent === "fails" ? step.picks.map(({ name }) => name) : [];
  const read = step.step.output !== undefined || asked.length > 0 ? recordsOf : rowsOf;
  return ({ row }, landed) => {
    if (landed.kind !== "answered") return { outcome: landed, record: NO_RECORD };
    const { response } = landed;
    try {
      // Many are read twice and never held: what cannot be read is known before any is written.
      const items = isLarge(response)
        ? { [Symbol.iterator]: () => read(row, response)[Symbol.iterator]() }
        : [...read(row, response)];
      const missing = missingIn(items, asked);
      if (missing.length > 0) return { outcome: lacking(landed, missing), record: NO_RECORD };
      return { outcome: landed, record: { ...NO_RECORD, items } };
    } catch (cause) {
      return { outcome: unreadable(landed, cause), record: NO_RECORD };
    }
  };
}

/** The columns that any item has nothing for; reads them all. */
function missingIn(items: Iterable<Row>, asked: readonly string[]): readonly string[] {
  const missing = new Set<string>();
  for (const item of items) {
    for (const name of asked) if ((cell(item, name) ?? null) === null) missing.add(name);
  }
  return [...missing];
}

/** What stands in a table of items for a row that gives none. */
const NO_RECORD: OutputRecord = { columns: [], values: [], items: [] };

/** The body as JSON, else as text, else as base64. */
export const WHOLE_BODY: PickedColumn = {
  name: "body",
  selector: {
    text: "the body",
    name: "body",
    select(document: Document) {
      try {
        return document.json();
      } catch {
        return document.html((bytes) => {
          const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
          return buffer.toString(isUtf8(bytes) ? "utf8" : "base64");
        });
      }
    },
  },
};

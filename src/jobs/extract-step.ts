import { isUtf8 } from "node:buffer";

import type { Document } from "../formats/document.ts";
import type { CompiledStep } from "./compile-step.ts";
import { cell } from "../core/row.ts";
import type { OutputRecord } from "../sinks/sink.ts";
import {
  type Absent,
  extractPicks,
  lacking,
  type PickedColumn,
  unreadable,
} from "./extract-picks.ts";
import type { Extract } from "./extract.ts";
import { itemsOfStep } from "./step-items.ts";

/**
 * The record of each answer of a step: the row's columns, what is picked, and how it went; without picks
 * the answer itself as the column `body`. Where a step has `each` it is a record per item, and none of a
 * row that failed. Answers whose items are rows for others are only tried: one whose items cannot be read has
 * failed. Where an absent value `fails`, so has one whose items lack it.
 */
export function extractStep(step: CompiledStep, absent: Absent = "counted"): Extract {
  const { each, picks, position } = step;
  const isRecord = step.step.output !== undefined;
  if (each !== undefined && (isRecord || (absent === "fails" && picks.length > 0))) {
    return extractItems(step, absent);
  }
  if (each !== undefined || position === "inner") {
    const tried = [{ name: "items", selector: itemsOfStep(step).trial }];
    return extractPicks({ picks: tried, meta: "no meta", absent: "no matter" });
  }
  const columns = picks.length > 0 || !isRecord ? picks : [WHOLE_BODY];
  const isWhole = columns[0] === WHOLE_BODY;
  return extractPicks({
    picks: columns,
    meta: "with meta",
    absent: isWhole ? "no matter" : absent,
  });
}

/** A record for each item of an answer. */
function extractItems(step: CompiledStep, absent: Absent): Extract {
  const { recordsOf } = itemsOfStep(step);
  const names = absent === "fails" ? step.picks.map(({ name }) => name) : [];
  return ({ row }, landed) => {
    if (landed.kind !== "answered") return { outcome: landed, record: NO_RECORD };
    try {
      const items = [...recordsOf(row, landed.response)];
      const missing = names.filter((name) =>
        items.some((item) => (cell(item, name) ?? null) === null),
      );
      if (missing.length > 0) return { outcome: lacking(landed, missing), record: NO_RECORD };
      return { outcome: landed, record: { ...NO_RECORD, items } };
    } catch (cause) {
      return { outcome: unreadable(landed, cause), record: NO_RECORD };
    }
  };
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

import { isUtf8 } from "node:buffer";

import type { Document } from "../formats/document.ts";
import type { CompiledStep } from "./compile-step.ts";
import { cell } from "../core/row.ts";
import { type Absent, extractPicks, lacking, type PickedColumn } from "./extract-picks.ts";
import type { Extract } from "./extract.ts";
import { itemsOfStep } from "./step-items.ts";

/**
 * The record of each answer of a step: the row's columns, what is picked, and how it went; without picks
 * the answer itself as the column `body`. Answers that are read item by item later are only tried: one
 * whose items cannot be read has failed. Where an absent value `fails`, so has one whose items lack it.
 */
export function extractStep(step: CompiledStep, absent: Absent = "counted"): Extract {
  const { each, picks, position } = step;
  if (each !== undefined || position === "inner") {
    const tried = [{ name: "items", selector: itemsOfStep(step).trial }];
    const extract = extractPicks({ picks: tried, meta: "no meta", absent: "no matter" });
    return absent === "fails" && picks.length > 0 ? askedOfItems(extract, step) : extract;
  }
  const isRecord = step.step.output !== undefined;
  const columns = picks.length > 0 || !isRecord ? picks : [WHOLE_BODY];
  const isWhole = columns[0] === WHOLE_BODY;
  return extractPicks({
    picks: columns,
    meta: "with meta",
    absent: isWhole ? "no matter" : absent,
  });
}

/** An answer whose items lack something that is picked of them has failed. */
function askedOfItems(extract: Extract, step: CompiledStep): Extract {
  const { recordsOf } = itemsOfStep(step);
  return (task, landed) => {
    const made = extract(task, landed);
    if (made.outcome.kind !== "answered") return made;
    const missing = new Set<string>();
    for (const item of recordsOf(task.row, made.outcome.response)) {
      for (const { name } of step.picks) if ((cell(item, name) ?? null) === null) missing.add(name);
    }
    return missing.size === 0 ? made : { ...made, outcome: lacking(made.outcome, [...missing]) };
  };
}

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

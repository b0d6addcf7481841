import { isUtf8 } from "node:buffer";

import type { Document } from "../formats/document.ts";
import type { CompiledStep } from "./compile-step.ts";
import { extractPicks, type PickedColumn } from "./extract-picks.ts";
import type { Extract } from "./extract.ts";
import { itemsOfStep } from "./step-items.ts";

/**
 * The record of each answer of a step: the row's columns, what is picked, and how it went; without picks
 * the answer itself as the column `body`. Answers that are read item by item later are only tried: one
 * whose items cannot be read has failed.
 */
export function extractStep(step: CompiledStep): Extract {
  const { each, picks, position } = step;
  if (each !== undefined || position === "inner") {
    const tried = [{ name: "items", selector: itemsOfStep(step).trial }];
    return extractPicks({ picks: tried, meta: "no meta" });
  }
  const isRecord = step.step.output !== undefined;
  const columns = picks.length > 0 || !isRecord ? picks : [WHOLE_BODY];
  return extractPicks({ picks: columns, meta: "with meta" });
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

import { isUtf8 } from "node:buffer";

import { timingOf } from "../core/call.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Extract } from "./extract.ts";
import { type Absent, extractPicks, type PickedColumn, refuseTaken } from "./extract-picks.ts";

const HEAD = ["key", "url", "status"];
const BODY = ["body", "bodyEncoding"];
const TAIL = ["bytes", "attempts", "timing", "error"];

/** What the record of a URL holds: its body, or, with picks, what is picked from it. */
export interface AnswerOptions {
  readonly picks: readonly PickedColumn[];
  /** Bodies that are saved to files are not repeated in the record. */
  readonly body: "in the record" | "left out";
  /** As for `extractPicks`. */
  readonly absent?: Absent | undefined;
}

/** The record of each URL, with everything that is known of its answer or of its failure. */
export function extractAnswer({ picks, body, absent }: AnswerOptions): Extract {
  refuseTaken(picks, [...HEAD, ...TAIL]);
  const picked = extractPicks({ picks, meta: "no meta", absent });
  const withBody = body === "in the record" && picks.length === 0;
  const columns = [...HEAD, ...(withBody ? BODY : picks.map((one) => one.name)), ...TAIL];

  return (task, landed) => {
    const { outcome, record, missing } = picked(
      { ...task, row: { ...task.row, columns: NO_COLUMNS, values: [] } },
      landed,
    );
    const answer = outcome.kind === "answered" ? outcome.response : outcome.failure.response;
    const middle = withBody ? bodyOf(outcome) : record.values;
    const values = [
      outcome.request.key,
      answer?.url ?? outcome.request.url,
      answer?.status ?? null,
      ...middle,
      answer?.bytes ?? null,
      outcome.call.attempts,
      answer === undefined ? null : timingOf(outcome.call, answer.timing),
      outcome.kind === "answered"
        ? null
        : { code: outcome.failure.code, message: outcome.failure.message },
    ];
    return { outcome, record: { columns, values }, missing };
  };
}

const NO_COLUMNS: readonly string[] = [];

/** The body as text where it is UTF-8, else as base64. */
function bodyOf(outcome: Outcome): readonly unknown[] {
  const answer = outcome.kind === "answered" ? outcome.response : outcome.failure.response;
  const bytes = answer?.body;
  if (!(bytes instanceof Uint8Array)) return [null, null];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(bytes) ? [buffer.toString("utf8"), "utf8"] : [buffer.toString("base64"), "base64"];
}

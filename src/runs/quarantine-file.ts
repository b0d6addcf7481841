import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

import type { Outcome } from "../core/outcome.ts";
import type { Row } from "../core/row.ts";
import { createDocument } from "../formats/document.ts";
import { formatCount } from "../formats/quantity.ts";
import { redactUrl } from "../formats/redact-url.ts";
import { visible } from "../formats/visible.ts";
import { WHOLE_BODY } from "../jobs/extract-step.ts";
import type { OutputRecord } from "../sinks/sink.ts";
import { createTableSink } from "../sinks/table-sink.ts";
import { openWholeFile } from "../sinks/whole-file.ts";
import { STEP_FILES } from "./job-run.ts";
import { shownPath } from "./shown-path.ts";
import { type EndedStep, readOutcomes, removeParts } from "./step-answers.ts";

/** Whether a rule has set an answer apart. */
export function isQuarantined(outcome: Outcome): boolean {
  return outcome.kind === "failed" && outcome.failure.ruling === "quarantine";
}

/**
 * Writes the answers that rules of a step have set apart, each with its row: a file whole, or none where
 * none is. Gives how many were written. @throws DiskError
 */
export async function writeQuarantine(
  ended: EndedStep,
  answers: "changed" | "as it was",
): Promise<number> {
  const path = pathOf(ended);
  if (!ended.step.rules.some(({ then }) => then === "quarantine")) return 0;
  if (answers === "as it was" && existsSync(path)) return 0;
  await removeParts(ended.directory);
  await using file = await openWholeFile({ path, exists: "overwrite" });
  await using sink = createTableSink(file.output, { format: "jsonl", csv: "verbatim" });
  let count = 0;
  for await (const { row, outcome } of readOutcomes(ended)) {
    if (!isQuarantined(outcome)) continue;
    count += 1;
    const waiting = sink.write(recordOf(row, outcome), count);
    if (waiting !== undefined) await waiting;
  }
  await sink.close();
  if (count > 0) await file.place();
  else await rm(path, { force: true });
  return count;
}

/** What a person is told of them. */
export function quarantineWords(ended: EndedStep, count: number): string {
  const answers = count === 1 ? "1 answer is" : `${formatCount(count)} answers are`;
  return `${visible(ended.step.id)}: ${answers} in quarantine: ${shownPath(pathOf(ended))}`;
}

function pathOf({ directory }: EndedStep): string {
  return join(directory, STEP_FILES.quarantine);
}

function recordOf(row: Row, outcome: Outcome): OutputRecord {
  const { failure, request } = outcome as Extract<Outcome, { kind: "failed" }>;
  const { response } = failure;
  const body = response?.body instanceof Uint8Array ? response.body : new Uint8Array(0);
  const document = createDocument(body, response?.header("content-type"));
  return {
    columns: [...row.columns, "_url", "_status", "_error", "_body"],
    values: [
      ...row.values,
      redactUrl(request.url),
      response?.status ?? null,
      `${failure.code} ${failure.message}`,
      WHOLE_BODY.selector.select(document),
    ],
  };
}

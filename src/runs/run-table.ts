import { resolve } from "node:path";

import type { WorkSettings } from "./work-settings.ts";
import type { RecordFormat } from "../formats/record-format.ts";

/** The table of a run: a file of records, or an archive. */
export interface RunTable {
  readonly path: string;
  readonly format: RecordFormat | "warc";
  /** Whether a row has one record in it, or one for each item of its answer, and none where it failed. */
  readonly holds: "rows" | "items";
}

/** The table that the settings ask for; undefined where records go elsewhere or nowhere. */
export function tableOf({ output, step }: WorkSettings): RunTable | undefined {
  const holds = step?.compiled.each === undefined ? "rows" : "items";
  if (output.kind === "archive") return { path: resolve(output.path), format: "warc", holds };
  if (output.kind !== "records" || output.path === "-") return undefined;
  // The name of a file has told its format, or it was refused.
  return { path: resolve(output.path), format: output.format ?? "jsonl", holds };
}

import { resolve } from "node:path";

import type { WorkSettings } from "./work-settings.ts";
import type { RecordFormat } from "./output-settings.ts";

/** The table of a run: a file of records, or an archive. */
export interface RunTable {
  readonly path: string;
  readonly format: RecordFormat | "warc";
}

/** The table that the settings ask for; undefined where records go elsewhere or nowhere. */
export function tableOf({ output }: WorkSettings): RunTable | undefined {
  if (output.kind === "archive") return { path: resolve(output.path), format: "warc" };
  if (output.kind !== "records" || output.path === "-") return undefined;
  // The name of a file has told its format, or it was refused.
  return { path: resolve(output.path), format: output.format ?? "jsonl" };
}

import { UsageError } from "../core/usage-error.ts";
import { warcCompressionOf } from "../formats/warc-record.ts";
import { visible } from "../formats/visible.ts";
import type { SendingCommand } from "../runs/run-settings.ts";
import { formatOf, type OutputSettings } from "../runs/output-settings.ts";
import { readFileSettings } from "./settings-files.ts";
import type { Values } from "./settings.ts";

/**
 * Reads where the answers go.
 * @throws UsageError for an output whose name does not tell a format that there is.
 */
export function readOutput(command: SendingCommand, values: Values): OutputSettings {
  const path = values.last("output");
  const save = values.last("save");
  const picks = values.all("pick");
  const isArchive = path !== undefined && warcCompressionOf(path) !== undefined;
  if (isArchive) checkArchive(path, values);
  const format = path === undefined || isArchive ? undefined : formatOf(path, command);
  const kind = isArchive
    ? "archive"
    : path !== undefined
      ? "records"
      : save !== undefined
        ? "none"
        : command === "get" && picks.length === 0
          ? "timing-table"
          : "records";
  return {
    kind,
    path: path ?? "-",
    // Without -o, get's and crawl's are records as with -o -; map's are in the format of its input.
    format: format ?? (command === "map" ? undefined : "jsonl"),
    save,
    files: readFileSettings(values),
    picks,
    order: (values.last("order") ??
      (kind === "timing-table" ? "input" : "arrival")) as OutputSettings["order"],
    meta: values.has("no-meta") ? "no meta" : "with meta",
    csvCells: values.has("no-csv-safe") ? "verbatim" : "formula-safe",
    existing: values.has("force") ? "overwrite" : "refuse",
    keeps: values.has("keep") ? "answers" : "nothing",
    ...(values.has("strict") ? { absent: "fails" } : {}),
  };
}

/** An archive holds what was asked and what came, as it comes. @throws UsageError */
function checkArchive(path: string, values: Values): void {
  const refuse = (option: string, why: string): never => {
    throw new UsageError(`${option} cannot stand beside -o ${visible(path)}: ${why}`);
  };
  if (values.has("pick")) refuse("--pick", "an archive holds whole answers; pick into a table");
  for (const name of ["paginate", "batch"]) {
    if (values.has(name)) refuse(`--${name}`, "an archive holds the answers as they were sent");
  }
  if (values.last("order") === "input")
    refuse("--order input", "an archive is in order of arrival");
}

import { extname } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { warcCompressionOf } from "../formats/warc-record.ts";
import { visible } from "../formats/visible.ts";
import type { SendingCommand } from "./flag.ts";
import type { InputSettings } from "./settings-input.ts";
import type { Values } from "./settings.ts";

/** How records are written down. */
export type RecordFormat = "jsonl" | "csv" | "tsv" | "json";

/** What is written, where, and how. */
export interface OutputSettings {
  /** `timing-table`: get's own table on stdout; `archive`: a WARC; `none`: only the files of `save`. */
  readonly kind: "timing-table" | "records" | "archive" | "none";
  /** For `records`: a file, or `-` for stdout; for an `archive` a file. */
  readonly path: string;
  /** For `records`: undefined means the format of the input. */
  readonly format: RecordFormat | undefined;
  /** Template of a file name for each body. */
  readonly save: string | undefined;
  /** As typed; each may hold several, separated by commas. */
  readonly picks: readonly string[];
  readonly order: "input" | "arrival";
  /** Whether the columns `_status` and `_error` are written. */
  readonly meta: "with meta" | "no meta";
  readonly csvCells: "formula-safe" | "verbatim";
  readonly existing: "refuse" | "overwrite";
  /** Whether the raw answers are kept with the run. */
  readonly keeps: "answers" | "nothing";
}

const FORMATS: readonly RecordFormat[] = ["jsonl", "csv", "tsv", "json"];

const LATER = new Set([".sqlite", ".parquet"]);

/**
 * Reads where the answers go.
 * @throws UsageError for an output whose name does not tell a format that there is.
 */
export function readOutput(
  command: SendingCommand,
  values: Values,
  input: InputSettings,
): OutputSettings {
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
  if (path !== undefined && path !== "-" && input.kind !== "urls" && input.path === path) {
    throw new UsageError(`${visible(path)} is the input; write to another file`);
  }
  return {
    kind,
    path: path ?? "-",
    // Without -o, get's and crawl's are records as with -o -; map's are in the format of its input.
    format: format ?? (command === "map" ? undefined : "jsonl"),
    save,
    picks,
    order: (values.last("order") ??
      (kind === "timing-table" ? "input" : "arrival")) as OutputSettings["order"],
    meta: values.has("no-meta") ? "no meta" : "with meta",
    csvCells: values.has("no-csv-safe") ? "verbatim" : "formula-safe",
    existing: values.has("force") ? "overwrite" : "refuse",
    keeps: values.has("keep") ? "answers" : "nothing",
  };
}

/** An archive holds what was asked and what came, as it comes. @throws UsageError */
function checkArchive(path: string, values: Values): void {
  const refuse = (option: string, why: string): never => {
    throw new UsageError(`${option} cannot stand beside -o ${visible(path)}: ${why}`);
  };
  if (values.has("pick")) refuse("--pick", "an archive holds whole answers; pick into a table");
  if (values.last("order") === "input")
    refuse("--order input", "an archive is in order of arrival");
}

/**
 * The format that the name of an output tells; undefined for the stdout of `map`, which is as its input.
 * @throws UsageError for a name that tells none
 */
export function formatOf(
  path: string,
  command: SendingCommand,
  field = "-o",
): RecordFormat | undefined {
  if (path === "-") return command === "map" ? undefined : "jsonl";
  if (path === "") throw new UsageError(`${field} needs the name of a file, or - for stdout`);
  const extension = extname(path).toLowerCase();
  const found = FORMATS.find((format) => extension === `.${format}`);
  if (found !== undefined) return found;
  const there = ".jsonl .csv .tsv .json .warc.gz";
  if (LATER.has(extension)) {
    throw new UsageError(
      `${field} ${visible(path)}: ${extension} is not there yet; there are ${there}`,
    );
  }
  const names = [...FORMATS.map((format) => `.${format}`), ".warc.gz"];
  throw new UsageError(
    `${field} ${visible(path)}: its extension names no format (${there}, - for stdout)${didYouMean(extension, names)}`,
  );
}

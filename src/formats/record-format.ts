import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "./nearest.ts";
import { visible } from "./visible.ts";

/** How records are written down. */
export type RecordFormat = "jsonl" | "csv" | "tsv" | "json";

const FORMATS: readonly RecordFormat[] = ["jsonl", "csv", "tsv", "json"];

const LATER = new Set([".sqlite", ".parquet"]);

/**
 * The format of records that a file's name tells by its extension.
 * @throws UsageError for a name that tells none; `besides` is what else may be written
 */
export function recordFormatOf(name: string, besides = ""): RecordFormat {
  const extension = /\.[^./\\]*$/.exec(name)?.[0].toLowerCase() ?? "";
  const found = FORMATS.find((format) => extension === `.${format}`);
  if (found !== undefined) return found;
  const names = [...FORMATS.map((format) => `.${format}`), ".warc.gz"];
  const there = names.join(" ");
  throw new UsageError(
    LATER.has(extension)
      ? `${visible(name)}: ${extension} is not there yet; there are ${there}`
      : `${visible(name)}: its extension names no format (${there}, - for stdout${besides})${didYouMean(extension, names)}`,
  );
}

import type { Row } from "../core/row.ts";
import type { ByteChunks } from "./text-chunks.ts";

/** The forms in which a list of things comes. */
export const ROW_FORMATS = ["csv", "tsv", "jsonl", "json", "lines"] as const;

export type RowFormat = (typeof ROW_FORMATS)[number];

/** What is read, and as what. */
export interface ReadRowsOptions {
  readonly format: RowFormat;
  /** The file's name, for messages. */
  readonly name: string;
  /** The one column of `lines`. @default "url" */
  readonly column?: string;
}

const EXTENSIONS: ReadonlyMap<string, RowFormat> = new Map([
  ["csv", "csv"],
  ["tsv", "tsv"],
  ["tab", "tsv"],
  ["jsonl", "jsonl"],
  ["ndjson", "jsonl"],
  ["json", "json"],
  ["txt", "lines"],
  ["list", "lines"],
]);

/** The format that a file's name tells by its extension, or undefined. */
export function formatOfName(name: string): RowFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(name)?.[1];
  return extension === undefined ? undefined : EXTENSIONS.get(extension.toLowerCase());
}

/**
 * The rows of a stream of bytes in the given format, in batches. A format's reader, and the library it
 * needs, is loaded when its first row is asked for.
 * @throws UsageError `name:line: …` for what the format does not allow.
 */
export async function* readRows(
  chunks: ByteChunks,
  { format, name, column }: ReadRowsOptions,
): AsyncGenerator<readonly Row[]> {
  if (format === "csv" || format === "tsv") {
    const { readCsvRows } = await import("./csv-rows.ts");
    yield* readCsvRows(chunks, format === "csv" ? { name } : { name, delimiter: "\t" });
  } else if (format === "jsonl") {
    const { readJsonlRows } = await import("./jsonl-rows.ts");
    yield* readJsonlRows(chunks, { name });
  } else if (format === "json") {
    const { readJsonRows } = await import("./json-rows.ts");
    yield* readJsonRows(chunks, { name });
  } else {
    const { readLineRows } = await import("./line-rows.ts");
    yield* readLineRows(chunks, { name, ...(column === undefined ? {} : { column }) });
  }
}

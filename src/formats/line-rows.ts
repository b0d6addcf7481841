import type { Row } from "../core/row.ts";
import { readLines } from "./read-lines.ts";
import type { ByteChunks } from "./text-chunks.ts";

/** Which list is read and what its lines are called. */
export interface LineRowsOptions {
  /** The file's name, for messages. */
  readonly name: string;
  /** The one column of every row. @default "url" */
  readonly column?: string;
}

/**
 * The rows of a plain list, in batches as they arrive: each line, trimmed, is a row with one column;
 * blank lines and lines that begin with `#` are skipped.
 * @throws UsageError `name:line: …` for bytes that are no text.
 */
export async function* readLineRows(
  chunks: ByteChunks,
  { name, column = "url" }: LineRowsOptions,
): AsyncGenerator<readonly Row[]> {
  const columns: readonly string[] = [column];
  let number = 0;
  for await (const lines of readLines(chunks, { name })) {
    const rows: Row[] = [];
    for (const { line, text } of lines) {
      const value = text.trim();
      if (value === "" || value.startsWith("#")) continue;
      number += 1;
      rows.push({ number, line, columns, values: [value] });
    }
    if (rows.length > 0) yield rows;
  }
}

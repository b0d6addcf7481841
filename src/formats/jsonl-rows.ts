import type { Row } from "../core/row.ts";
import { UsageError } from "../core/usage-error.ts";
import { JsonError, parseJson } from "./json.ts";
import { readLines } from "./read-lines.ts";
import type { ByteChunks } from "./text-chunks.ts";
import { rowFromJson } from "./row-from-json.ts";

/** Which file of JSON lines is read. */
export interface JsonlRowsOptions {
  /** The file's name, for messages. */
  readonly name: string;
}

/**
 * The rows of a file of JSON lines, in batches as they arrive: an object is a row of its members, any
 * other value a row with the one column `value`. Blank lines are skipped. Rows whose objects have the
 * same keys in the same order share one `columns` array.
 * @throws UsageError `name:line: …` for a line that is not JSON, bytes that are no text.
 */
export async function* readJsonlRows(
  chunks: ByteChunks,
  { name }: JsonlRowsOptions,
): AsyncGenerator<readonly Row[]> {
  let number = 0;
  let last: Row | undefined;
  for await (const lines of readLines(chunks, { name })) {
    const rows: Row[] = [];
    for (const { line, text } of lines) {
      if (/^[ \t]*$/.test(text)) continue;
      number += 1;
      last = rowFromJson(parsed(text, name, line), { number, line, like: last });
      rows.push(last);
    }
    if (rows.length > 0) yield rows;
  }
}

function parsed(text: string, name: string, line: number): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new UsageError(`${name}:${line}: the JSON ${error.what} (column ${error.column})`);
  }
}

import type { Row } from "../core/row.ts";
import { UsageError } from "../core/usage-error.ts";
import { CsvFault, CsvRecords, type CsvRecord } from "./csv-records.ts";
import { readText, type ByteChunks } from "./text-chunks.ts";

/** Which table is read and how its cells are set apart. */
export interface CsvRowsOptions {
  /** The file's name, for messages. */
  readonly name: string;
  /** @default what the header shows: a comma, else a semicolon, else a tab */
  readonly delimiter?: "," | ";" | "\t";
}

/**
 * The rows of a CSV or TSV table (RFC 4180; the first record is the header), in batches as they arrive:
 * each as soon as its line has ended. Lines end with LF, CRLF or CR; blank lines are skipped; a quote
 * within a cell that does not begin with one is itself. All rows share one `columns` array; a header
 * alone has no rows.
 *
 * The reader is our own: csv-parse 7.0.3 keeps back the last bytes of what has arrived, so that a row
 * typed or tailed waits for the next one, and reads 100,000 rows of five cells in 250 ms (140 ms where
 * cells are quoted) instead of 45.
 * @throws UsageError `name:line: …` for a row with more or fewer cells than the header, a quote that is
 * never closed, a header with an empty or a repeated name, bytes that are no text.
 */
export async function* readCsvRows(
  chunks: ByteChunks,
  options: CsvRowsOptions,
): AsyncGenerator<readonly Row[]> {
  const table = new CsvTable(options.name);
  const records = new CsvRecords(options.delimiter);
  for await (const text of readText(chunks, options.name)) {
    for (let start = 0; start < text.length; start += PIECE) {
      const piece = text.slice(start, start + PIECE);
      const rows = table.rowsOf(() => records.add(piece));
      if (rows.length > 0) yield rows;
    }
  }
  const rows = table.rowsOf(() => records.end());
  if (rows.length > 0) yield rows;
}

/** Characters cut into rows at once: rows that wait long for their turn outlive the young generation. */
const PIECE = 4096;

/** Makes rows of records; the first is the header. */
class CsvTable {
  readonly #name: string;
  #columns: readonly string[] | undefined;
  #number = 0;

  constructor(name: string) {
    this.#name = name;
  }

  rowsOf(read: () => readonly CsvRecord[]): readonly Row[] {
    try {
      const rows: Row[] = [];
      for (const record of read()) {
        if (this.#columns === undefined) this.#columns = checkedHeader(record);
        else rows.push(this.#rowOf(record, this.#columns));
      }
      return rows;
    } catch (error) {
      if (!(error instanceof CsvFault)) throw error;
      throw new UsageError(`${this.#name}:${error.line}: ${error.message}`);
    }
  }

  #rowOf({ line, cells }: CsvRecord, columns: readonly string[]): Row {
    if (cells.length !== columns.length) {
      const plural = cells.length === 1 ? "cell" : "cells";
      throw new CsvFault(`${cells.length} ${plural}, but the header has ${columns.length}`, line);
    }
    this.#number += 1;
    return { number: this.#number, line, columns, values: cells };
  }
}

function checkedHeader({ line, cells }: CsvRecord): readonly string[] {
  const seen = new Set<string>();
  for (const [index, name] of cells.entries()) {
    if (name.trim() === "") throw new CsvFault(`column ${index + 1} has no name`, line);
    if (seen.has(name)) throw new CsvFault(`two columns are named "${name}"`, line);
    seen.add(name);
  }
  return cells;
}

import { CsvError, parse } from "csv-parse";

import type { Row } from "../core/row.ts";
import { UsageError } from "../core/usage-error.ts";
import { readText, type ByteChunks } from "./text-chunks.ts";

/** Which table is read and how its cells are set apart. */
export interface CsvRowsOptions {
  /** The file's name, for messages. */
  readonly name: string;
  /** @default "," */
  readonly delimiter?: "," | ";" | "\t";
}

/** A record longer than this is a quote that was never closed. */
const LONGEST_RECORD_BYTES = 64 * 1024 * 1024;

/**
 * The rows of a CSV or TSV table (RFC 4180; the first record is the header), in batches as they
 * arrive (csv-parse looks some bytes ahead: a row may wait for the beginning of the next). Lines end with LF, CRLF or CR; blank lines are skipped; a quote within a cell that does not
 * begin with one is itself. All rows share one `columns` array; a header alone has no rows.
 * @throws UsageError `name:line: …` for a row with more or fewer cells than the header, a quote that is
 * never closed, a header with an empty or a repeated name, bytes that are no text.
 */
export async function* readCsvRows(
  chunks: ByteChunks,
  options: CsvRowsOptions,
): AsyncGenerator<readonly Row[]> {
  const table = new CsvTable(options.name);
  // Records are taken as a chunk is written: read as a stream of objects they would cost twice as much.
  const parser = parse({
    delimiter: options.delimiter ?? ",",
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD_BYTES,
    on_record: (cells: string[], { lines }) => {
      table.add(cells, lines, parser.info.empty_lines);
      return null;
    },
  });
  parser.on("error", () => {}).resume();
  try {
    for await (const text of readText(chunks, options.name)) {
      await settled((done) => parser.write(text, done));
      const rows = table.take();
      if (rows.length > 0) yield rows;
    }
    await settled((done) => parser.end(done));
    const rows = table.take();
    if (rows.length > 0) yield rows;
  } catch (error) {
    throw error instanceof CsvError ? table.explain(error, parser.info.empty_lines) : error;
  } finally {
    parser.destroy();
  }
}

function settled(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

/** Makes rows of records, and knows the physical line at which each began. */
class CsvTable {
  readonly #name: string;
  #columns: readonly string[] | undefined;
  #rows: Row[] = [];
  #number = 0;
  #lastLine = 0;
  #emptyLines = 0;
  /** csv-parse counts a CRLF within quotes as two lines. */
  #overcounted = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Takes a record that ended on `lastLine`, as csv-parse counts. */
  add(cells: readonly string[], lastLine: number, emptyLines: number): void {
    let line = lastLine - this.#overcounted;
    if (lastLine - this.#lastLine - (emptyLines - this.#emptyLines) > 1) {
      for (const text of cells) {
        line -= text.match(/[\r\n]/g)?.length ?? 0;
        this.#overcounted += text.match(/\r\n/g)?.length ?? 0;
      }
    }
    this.#lastLine = lastLine;
    this.#emptyLines = emptyLines;
    if (this.#columns === undefined) {
      this.#columns = this.#checkedHeader(cells, line);
      return;
    }
    if (cells.length !== this.#columns.length) {
      const plural = cells.length === 1 ? "cell" : "cells";
      throw this.#error(
        line,
        `${cells.length} ${plural}, but the header has ${this.#columns.length}`,
      );
    }
    this.#number += 1;
    this.#rows.push({ number: this.#number, line, columns: this.#columns, values: cells });
  }

  take(): readonly Row[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  /** What csv-parse refuses, at the line where the record that it was reading began. */
  explain(error: CsvError, emptyLines: number): UsageError {
    const blank = emptyLines - this.#emptyLines;
    const line = this.#lastLine + 1 + blank - this.#overcounted;
    if (error.code === "CSV_QUOTE_NOT_CLOSED") {
      return this.#error(line, "a quote is opened and never closed");
    }
    if (error.code === "CSV_MAX_RECORD_SIZE") {
      return this.#error(line, "this record is longer than 64 MiB; is a quote never closed?");
    }
    return this.#error(line, error.message);
  }

  #checkedHeader(names: readonly string[], line: number): readonly string[] {
    const seen = new Set<string>();
    for (const [index, name] of names.entries()) {
      if (name.trim() === "") throw this.#error(line, `column ${index + 1} has no name`);
      if (seen.has(name)) throw this.#error(line, `two columns are named "${name}"`);
      seen.add(name);
    }
    return names;
  }

  #error(line: number, what: string): UsageError {
    return new UsageError(`${this.#name}:${line}: ${what}`);
  }
}

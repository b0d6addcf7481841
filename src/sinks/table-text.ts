import { formatCsvRecord } from "../formats/csv-record.ts";
import { stringifyJson } from "../formats/json.ts";
import type { OutputRecord, Standing } from "./sink.ts";

export type TableFormat = "jsonl" | "json" | "csv" | "tsv";

/** How records become the text of a table. */
export interface TableTextOptions {
  readonly format: TableFormat;
  /** Whether CSV and TSV put an apostrophe before what a spreadsheet would run. @default "formula-safe" */
  readonly csv?: "formula-safe" | "verbatim" | undefined;
  /** Columns of CSV and TSV. @default those of the first record */
  readonly columns?: readonly string[] | undefined;
  /**
   * Told once of each column that CSV or TSV have no place for, since their header was written
   * already; a thousand columns at most.
   */
  readonly onColumnDropped?: ((column: string, rowNumber: number) => void) | undefined;
}

/** The pieces of a table's text; joined they are the file. */
export interface TableText {
  /** The text of one record, with whatever has to stand before it. */
  record(record: OutputRecord, rowNumber: number): string;
  /** What makes the table whole after its last record. */
  ending(): string;
  /** The columns of the header, else of the first record; undefined before it. */
  readonly columns: readonly string[] | undefined;
}

/**
 * The text of a table. JSONL: an object per line. JSON: an array of the same lines. CSV and TSV: one
 * header; the columns of later records go by name to where the header has them, a missing one is
 * empty, and one that the header lacks is left out and told to `onColumnDropped`. With a standing it
 * goes on behind that.
 * @throws TypeError for CSV or TSV that has begun without columns.
 */
export function createTableText(options: TableTextOptions, standing?: Standing): TableText {
  const begun = standing === undefined || standing.bytes === 0 ? undefined : standing;
  if (options.format === "jsonl") return jsonLines(begun);
  if (options.format === "json") return jsonArray(begun);
  return delimited(options, begun);
}

function jsonLines(begun: Standing | undefined): TableText {
  const toLine = createLineMaker();
  let columns = begun?.columns;
  return {
    record(record) {
      columns ??= record.columns;
      return `${toLine(record)}\n`;
    },
    ending: () => "",
    get columns() {
      return columns;
    },
  };
}

function jsonArray(begun: Standing | undefined): TableText {
  const toLine = createLineMaker();
  let columns = begun?.columns;
  let before = begun === undefined ? "[\n" : ",\n";
  return {
    record(record) {
      columns ??= record.columns;
      const text = before + toLine(record);
      before = ",\n";
      return text;
    },
    ending: () => (before === ",\n" ? "\n]\n" : "[\n]\n"),
    get columns() {
      return columns;
    },
  };
}

/** Objects as JSON, the keys' text made once for records with equal columns. */
function createLineMaker(): (record: OutputRecord) => string {
  let known: readonly string[] | undefined;
  let keys: string[] = [];
  return ({ columns, values }) => {
    if (columns !== known && (known === undefined || !isSame(columns, known))) {
      keys = columns.map((column, index) => `${index === 0 ? "{" : ","}${stringifyJson(column)}:`);
    }
    known = columns;
    if (keys.length === 0) return "{}";
    let line = "";
    for (let index = 0; index < keys.length; index += 1) {
      line += keys[index]! + stringifyJson(values[index]);
    }
    return `${line}}`;
  };
}

/** Most columns that are told to be left out: names come from outside and have no end. */
const MOST_TOLD = 1000;

function delimited(options: TableTextOptions, begun: Standing | undefined): TableText {
  const { format, csv, columns, onColumnDropped } = options;
  const delimiter = format === "csv" ? "," : "\t";
  const how = { delimiter, safe: csv ?? "formula-safe" } as const;
  const told = new Set<string>();
  let header = begun === undefined ? columns : begun.columns;
  if (begun !== undefined && header === undefined) {
    throw new TypeError("a table that has begun has columns");
  }
  let before = begun !== undefined || header === undefined ? "" : formatCsvRecord(header, how);
  let known = header;
  /** Where the value of each column of the header is; undefined while all are where they belong. */
  let places: readonly number[] | undefined;

  function arrange(record: OutputRecord, rowNumber: number): void {
    if (header === undefined) {
      header = record.columns;
      before = formatCsvRecord(header, how);
    } else if (isSame(record.columns, header)) places = undefined;
    else {
      const wanted = new Set(header);
      places = header.map((column) => record.columns.indexOf(column));
      for (const column of record.columns) {
        if (wanted.has(column) || told.has(column) || told.size >= MOST_TOLD) continue;
        told.add(column);
        onColumnDropped?.(column, rowNumber);
      }
    }
    known = record.columns;
  }

  return {
    record(record, rowNumber) {
      if (record.columns !== known) arrange(record, rowNumber);
      const { values } = record;
      const line = formatCsvRecord(
        places === undefined ? values : places.map((place) => values[place]),
        how,
      );
      if (before === "") return line;
      const text = before + line;
      before = "";
      return text;
    },
    ending: () => before,
    get columns() {
      return header;
    },
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}

import { type FileHandle, open } from "node:fs/promises";

import type { TableFormat } from "./table-text.ts";

/** A part of a table's file: from byte `start` up to `end`, its separator included. */
export interface Bounds {
  readonly start: number;
  readonly end: number;
}

/** Which part of a table is looked at. */
export interface TableBytes {
  readonly format: TableFormat;
  /** Length of the table: what a standing tells, or all of the file. */
  readonly bytes: number;
}

/** Records in a table and where its header ends. */
export interface ScannedTable {
  readonly records: number;
  /** Length of the header of CSV and TSV, 0 for others. */
  readonly headerBytes: number;
}

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
const QUOTE = 0x22;
/** A bracket of a JSON array and its line break; no record is as short. */
const BRACKET_BYTES = 2;

/**
 * Finds the records of a table as `createTableText` writes it, in order, and hands each one's bounds to
 * `onRecord`. Half a record at the end of a file, left by a kill, is none (in JSON arrays it is taken
 * for one: there `bytes` has to be a standing's). Holds 256 KiB.
 * @throws the system's error
 */
export async function scanRecords(
  handle: FileHandle,
  { format, bytes }: TableBytes,
  onRecord: (bounds: Bounds) => void,
): Promise<ScannedTable> {
  const hasHeader = format === "csv" || format === "tsv";
  let records = 0;
  let headerBytes = 0;
  let start = 0;

  function onLine(end: number): void {
    if (hasHeader && start === 0) headerBytes = end;
    else if (format !== "json" || end - start > BRACKET_BYTES) {
      records += 1;
      onRecord({ start, end });
    }
    start = end;
  }

  await findLines(handle, { bytes, quoted: hasHeader, onLine });
  if (format === "json" && bytes - start > 1) onLine(bytes);
  return { records, headerBytes };
}

interface LineSearch {
  readonly bytes: number;
  /** Whether line breaks between quotes belong to a line. */
  readonly quoted: boolean;
  readonly onLine: (end: number) => void;
}

async function findLines(handle: FileHandle, { bytes, quoted, onLine }: LineSearch): Promise<void> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let within = false;
  for (let position = 0; position < bytes;) {
    const most = Math.min(CHUNK_BYTES, bytes - position);
    const { bytesRead } = await handle.read(chunk, 0, most, position);
    if (bytesRead === 0) return;
    const read = chunk.subarray(0, bytesRead);
    let from = 0;
    for (let at = read.indexOf(NEWLINE); at !== -1; at = read.indexOf(NEWLINE, at + 1)) {
      if (quoted) within = within !== hasOddQuotes(read, from, at);
      from = at;
      if (!within) onLine(position + at + 1);
    }
    if (quoted) within = within !== hasOddQuotes(read, from, bytesRead);
    position += bytesRead;
  }
}

/** A quote within quotes is doubled, so an odd number of them opens or closes. */
function hasOddQuotes(bytes: Uint8Array, from: number, to: number): boolean {
  let odd = false;
  for (let at = from; at < to; at += 1) if (bytes[at] === QUOTE) odd = !odd;
  return odd;
}

/** How many whole records a table's file holds. @throws the system's error */
export async function countRecords(path: string, format: TableFormat): Promise<number> {
  await using handle = await open(path);
  const { size } = await handle.stat();
  return (await scanRecords(handle, { format, bytes: size }, () => {})).records;
}

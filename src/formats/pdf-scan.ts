import { PDFDict, type PDFObject, PDFRawStream } from "@cantoo/pdf-lib";

import { PdfFault } from "./pdf-fault.ts";
import { isSpace, noteTrailer, type PdfTable, type PdfTableSource } from "./pdf-table.ts";

const MOST = 2_000_000;
/** Trailers that are read, the newest: one for each time that the file was saved. */
const MOST_TRAILERS = 1000;
/** How far into an object its dictionary is looked for what it is. */
const LOOK = 1024;

/** A table that may lack the objects inside object streams. */
export interface ScannedTable extends PdfTable {
  /** Numbers of what look like object streams. */
  readonly containers: readonly number[];
}

/**
 * Finds the objects of a damaged file by their headers, from its first byte to its last, each byte
 * looked at once; of two with one number the later holds.
 */
export function scanObjects({ bytes, reader }: PdfTableSource): ScannedTable {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table: PdfTable = { places: new Map(), trailer: new Map() };
  const containers = new Set<number>();
  const streams: number[] = [];
  for (let at = all.indexOf("obj"); at !== -1; at = all.indexOf("obj", at + 3)) {
    const header = headerBefore(bytes, at);
    if (header === undefined) continue;
    if (table.places.size >= MOST) throw new PdfFault(`has more than ${MOST} objects`);
    table.places.set(header.number, { at: header.start });
    const look = all.subarray(at, at + LOOK);
    if (look.includes("/ObjStm")) containers.add(header.number);
    if (look.includes("/XRef")) streams.push(header.start);
  }
  let at = all.lastIndexOf("trailer");
  for (let tries = 0; tries < MOST_TRAILERS && at > 0; tries += 1) {
    const start = at + "trailer".length;
    noteDict(table, () => reader.valueAt(start));
    at = all.lastIndexOf("trailer", at - 1);
  }
  for (const start of streams.slice(-MOST_TRAILERS).toReversed()) {
    noteDict(table, () => reader.objectAt(start));
  }
  return { ...table, containers: [...containers] };
}

/** Reads `12 0 ` backwards from where `obj` begins; undefined for `endobj` and words that contain it. */
function headerBefore(
  bytes: Uint8Array,
  end: number,
): { readonly number: number; readonly start: number } | undefined {
  const generation = numberBefore(bytes, end);
  if (generation === undefined) return undefined;
  return isSpace(bytes[generation.start - 1] ?? 0)
    ? numberBefore(bytes, generation.start)
    : undefined;
}

function numberBefore(
  bytes: Uint8Array,
  end: number,
): { readonly number: number; readonly start: number } | undefined {
  let last = end;
  while (last > 0 && end - last < 20 && isSpace(bytes[last - 1]!)) last -= 1;
  let start = last;
  while (start > 0 && last - start <= 10 && isDigit(bytes[start - 1]!)) start -= 1;
  if (start === last || last - start > 10) return undefined;
  return { number: Number(String.fromCharCode(...bytes.subarray(start, last))), start };
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Notes what a trailer says, where one can be read: a damaged file has damaged ones. */
function noteDict(table: PdfTable, read: () => PDFObject | undefined): void {
  try {
    const object = read();
    const dict = object instanceof PDFRawStream ? object.dict : object;
    if (dict instanceof PDFDict) noteTrailer(table, dict);
  } catch (error) {
    if (error instanceof PdfFault) throw error;
  }
}

import {
  PDFArray,
  PDFDict,
  PDFName,
  PDFNumber,
  type PDFObject,
  PDFRawStream,
} from "@cantoo/pdf-lib";

import { PdfFault } from "./pdf-fault.ts";
import { TYPE } from "./pdf-names.ts";
import type { PdfReader } from "./pdf-reader.ts";

/** Where an object is: at an offset of the file, or in an object stream. */
export type PdfPlace =
  | { readonly at: number }
  | { readonly container: number; readonly index: number };

/** Where the objects of a file are, and what its trailers say; the newest of each. */
export interface PdfTable {
  /** By object number; undefined for one that was deleted. */
  readonly places: Map<number, PdfPlace | undefined>;
  readonly trailer: Map<PDFName, PDFObject>;
}

/** Objects of one file at most: the largest books have some hundred thousand. */
const MOST = 2_000_000;
const DIGITS = /^\d+$/;
const [N, F, T, X] = ["n", "f", "t", "x"].map((letter) => letter.charCodeAt(0));

/** What is needed to read a table. */
export interface PdfTableSource {
  readonly bytes: Uint8Array;
  readonly reader: PdfReader;
  readonly unpack: (stream: PDFRawStream) => Uint8Array;
}

/**
 * Reads the cross-reference tables and streams of a file, newest first (ISO 32000-1, 7.5.4 and 7.5.8).
 * Where the chain is broken, what was read until then stays.
 */
export function readTable(source: PdfTableSource, start: number): PdfTable {
  const table: PdfTable = { places: new Map(), trailer: new Map() };
  const seen = new Set<number>();
  const ahead = [start];
  while (ahead.length > 0) {
    const offset = ahead.shift()!;
    if (seen.has(offset)) continue;
    seen.add(offset);
    const trailer = readSection(source, offset, table);
    if (trailer === undefined) continue;
    noteTrailer(table, trailer);
    for (const name of ["XRefStm", "Prev"]) {
      const next = trailer.get(PDFName.of(name));
      if (next instanceof PDFNumber) ahead.push(next.asNumber());
    }
  }
  return table;
}

/** Adds the entries of a trailer that no newer one has given. */
export function noteTrailer(table: PdfTable, trailer: PDFDict): void {
  for (const [key, value] of trailer.entries()) {
    if (!table.trailer.has(key)) table.trailer.set(key, value);
  }
}

function readSection(source: PdfTableSource, offset: number, table: PdfTable): PDFDict | undefined {
  try {
    const { reader } = source;
    const at = skipSpace(source.bytes, offset);
    if (source.bytes[at] === X) return readPlain(source, at + 4, table);
    const stream = reader.objectAt(at);
    if (!(stream instanceof PDFRawStream) || stream.dict.get(TYPE) !== PDFName.of("XRef")) return;
    readStream(stream, source.unpack(stream), table);
    return stream.dict;
  } catch (error) {
    if (error instanceof PdfFault) throw error;
    return undefined;
  }
}

/** A table in text, up to its trailer. */
function readPlain(
  { bytes, reader }: PdfTableSource,
  offset: number,
  table: PdfTable,
): PDFDict | undefined {
  let at = skipSpace(bytes, offset);
  while (at < bytes.length && bytes[at] !== T) {
    const first = wordAt(bytes, at);
    const count = wordAt(bytes, first.next);
    if (!DIGITS.test(first.word) || !DIGITS.test(count.word)) return undefined;
    at = skipSpace(bytes, count.next);
    for (let index = 0; index < Number(count.word); index += 1) {
      const place = wordAt(bytes, at);
      const generation = wordAt(bytes, place.next);
      const kind = wordAt(bytes, generation.next);
      if (!DIGITS.test(place.word) || kind.word.length !== 1) break;
      const code = kind.word.charCodeAt(0);
      if (code === N) note(table, Number(first.word) + index, { at: Number(place.word) });
      else if (code === F) note(table, Number(first.word) + index, undefined);
      at = skipSpace(bytes, kind.next);
    }
  }
  const trailer = reader.valueAt(at + "trailer".length);
  return trailer instanceof PDFDict ? trailer : undefined;
}

function readStream(stream: PDFRawStream, content: Uint8Array, table: PdfTable): void {
  const widths = numbersOf(stream.dict.get(PDFName.of("W")));
  const [kindWidth = 0, secondWidth = 0, thirdWidth = 0] = widths;
  const width = kindWidth + secondWidth + thirdWidth;
  if (widths.length < 3 || !(width >= 2 && width <= 24))
    throw new SyntaxError("columns of no width");
  const size = stream.dict.get(PDFName.of("Size"));
  const index = numbersOf(stream.dict.get(PDFName.of("Index")));
  const ranges = index.length > 0 ? index : [0, size instanceof PDFNumber ? size.asNumber() : 0];
  let at = 0;
  for (let range = 0; range + 1 < ranges.length; range += 2) {
    for (let entry = 0; entry < ranges[range + 1]! && at + width <= content.length; entry += 1) {
      const kind = kindWidth === 0 ? 1 : integer(content, at, kindWidth);
      const second = integer(content, at + kindWidth, secondWidth);
      const third = integer(content, at + kindWidth + secondWidth, thirdWidth);
      const number = ranges[range]! + entry;
      if (kind === 0) note(table, number, undefined);
      else if (kind === 1) note(table, number, { at: second });
      else if (kind === 2) note(table, number, { container: second, index: third });
      at += width;
    }
  }
}

function note({ places }: PdfTable, number: number, place: PdfPlace | undefined): void {
  if (places.has(number)) return;
  if (places.size >= MOST) throw new PdfFault(`has more than ${MOST} objects`);
  places.set(number, place);
}

function numbersOf(object: PDFObject | undefined): readonly number[] {
  if (!(object instanceof PDFArray)) return [];
  return object
    .asArray()
    .map((item) => (item instanceof PDFNumber ? Math.max(0, Math.trunc(item.asNumber())) : 0));
}

function integer(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let index = 0; index < width; index += 1) value = value * 256 + bytes[at + index]!;
  return value;
}

/** The next word of at most 20 characters, and where it ends. */
function wordAt(
  bytes: Uint8Array,
  offset: number,
): { readonly word: string; readonly next: number } {
  const start = skipSpace(bytes, offset);
  let next = start;
  while (next < bytes.length && next - start < 20 && !isSpace(bytes[next]!)) next += 1;
  return { word: String.fromCharCode(...bytes.subarray(start, next)), next };
}

function skipSpace(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (at < bytes.length && isSpace(bytes[at]!)) at += 1;
  return at;
}

/** Whether a byte is white space (ISO 32000-1, table 1). */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0;
}

import { crc32 } from "node:zlib";

import type { StoredAnswer } from "../middleware/answer-store.ts";

/*
 * An entry, little-endian: CRC-32 of all that follows; the two halves of the question's hash; lengths of
 * question, content type (plus one; 0 is none) and body in bytes; status; then the three themselves.
 * Numbers are read and written through views: compilers make single instructions of them, and calls of
 * Buffer's own methods.
 */
const CRC_AT = 0;
const HIGH_AT = 4;
const LOW_AT = 8;
const QUESTION_AT = 12;
const TYPE_AT = 16;
const BODY_AT = 20;
const STATUS_AT = 24;

/** Bytes of an entry before its question. */
export const ENTRY_HEAD_BYTES = 26;

/** No entry is longer; a length above it is damage. */
export const MOST_ENTRY_BYTES = 262_144;

/** The same memory as bytes and as numbers. */
export interface EntryBytes {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** An answer with its question and the question's hash. */
export interface AnsweredQuestion {
  readonly question: string;
  readonly high: number;
  readonly low: number;
  readonly status: number;
  /** The content type, as UTF-8. */
  readonly type: Uint8Array | undefined;
  readonly body: Uint8Array;
}

/** Bytes as entries are read from them and written into them. */
export function entryBytes(bytes: Buffer): EntryBytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** Bytes that an entry needs at most; it may take fewer. */
export function mostBytesOf(question: string, { contentType, bytes }: StoredAnswer): number {
  // UTF-8 takes three bytes for a UTF-16 unit at most.
  const textBytes = (question.length + (contentType?.length ?? 0)) * 3;
  return ENTRY_HEAD_BYTES + textBytes + bytes.byteLength;
}

/** Writes an entry at `start`, its checksum left open for `sealEntry`; gives its end. */
export function writeEntry(into: EntryBytes, start: number, entry: AnsweredQuestion): number {
  const { bytes, view } = into;
  const { type, body } = entry;
  const questionBytes = bytes.write(entry.question, start + ENTRY_HEAD_BYTES);
  let end = start + ENTRY_HEAD_BYTES + questionBytes;
  view.setUint32(start + CRC_AT, 0, true);
  view.setInt32(start + HIGH_AT, entry.high, true);
  view.setInt32(start + LOW_AT, entry.low, true);
  view.setUint32(start + QUESTION_AT, questionBytes, true);
  view.setUint32(start + TYPE_AT, type === undefined ? 0 : type.byteLength + 1, true);
  view.setUint32(start + BODY_AT, body.byteLength, true);
  view.setUint16(start + STATUS_AT, entry.status, true);
  if (type !== undefined) {
    bytes.set(type, end);
    end += type.byteLength;
  }
  bytes.set(body, end);
  return end + body.byteLength;
}

/** How long the entry at `start` is, in bytes, as its head tells, unchecked; 0 where none can be. */
export function lengthAt({ view }: EntryBytes, start: number): number {
  if (start + ENTRY_HEAD_BYTES > view.byteLength) return 0;
  const type = view.getUint32(start + TYPE_AT, true);
  const length =
    ENTRY_HEAD_BYTES +
    view.getUint32(start + QUESTION_AT, true) +
    (type === 0 ? 0 : type - 1) +
    view.getUint32(start + BODY_AT, true);
  return length > MOST_ENTRY_BYTES || view.getUint16(start + STATUS_AT, true) === 0 ? 0 : length;
}

/** The higher half of the hash of the entry at `start`. */
export function highAt({ view }: EntryBytes, start: number): number {
  return view.getInt32(start + HIGH_AT, true);
}

/** The lower half of the hash of the entry at `start`. */
export function lowAt({ view }: EntryBytes, start: number): number {
  return view.getInt32(start + LOW_AT, true);
}

/** Writes the checksum of the entry at `start`. */
export function sealEntry(into: EntryBytes, start: number, length: number): void {
  into.view.setUint32(start + CRC_AT, checksum(into, start, length), true);
}

/** Whether the entry at `start` is there to its end and is what was sealed. */
export function isWhole(from: EntryBytes, start: number, length: number): boolean {
  return (
    start + length <= from.view.byteLength &&
    checksum(from, start, length) === from.view.getUint32(start + CRC_AT, true)
  );
}

/** The answer of a whole entry, its bytes copied; undefined where it answers another question. */
export function answerIn(entry: Buffer, question: string): StoredAnswer | undefined {
  const typeStart = ENTRY_HEAD_BYTES + entry.readUInt32LE(QUESTION_AT);
  if (entry.toString("utf8", ENTRY_HEAD_BYTES, typeStart) !== question) return undefined;
  const type = entry.readUInt32LE(TYPE_AT);
  const bodyStart = typeStart + Math.max(0, type - 1);
  return {
    status: entry.readUInt16LE(STATUS_AT),
    contentType: type === 0 ? undefined : entry.toString("utf8", typeStart, bodyStart),
    bytes: new Uint8Array(entry.subarray(bodyStart)),
  };
}

function checksum({ bytes }: EntryBytes, start: number, length: number): number {
  return crc32(bytes.subarray(start + HIGH_AT, start + length));
}

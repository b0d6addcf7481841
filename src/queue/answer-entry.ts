import { crc32 } from "node:zlib";

import type { StoredAnswer } from "../middleware/answer-store.ts";

/*
 * An entry, little-endian: CRC-32 of all that follows; the two halves of the question's hash; lengths of
 * question, content type (plus one; 0 is none) and body in bytes; status; then the three themselves.
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

/** An answer with its question and the question's hash. */
export interface AnsweredQuestion extends StoredAnswer {
  readonly question: string;
  readonly high: number;
  readonly low: number;
}

/** Bytes that an entry needs at most; it may take fewer. */
export function mostBytesOf(question: string, { contentType, bytes }: StoredAnswer): number {
  // UTF-8 takes three bytes for a UTF-16 unit at most.
  const textBytes = (question.length + (contentType?.length ?? 0)) * 3;
  return ENTRY_HEAD_BYTES + textBytes + bytes.byteLength;
}

/** Writes an entry at `start`, its checksum left open for `sealEntry`; gives its end. */
export function writeEntry(into: Buffer, start: number, entry: AnsweredQuestion): number {
  const { contentType, bytes } = entry;
  const typeStart = start + ENTRY_HEAD_BYTES + into.write(entry.question, start + ENTRY_HEAD_BYTES);
  const bodyStart =
    typeStart + (contentType === undefined ? 0 : into.write(contentType, typeStart));
  into.set(bytes, bodyStart);
  into.writeUInt32LE(0, start + CRC_AT);
  into.writeInt32LE(entry.high, start + HIGH_AT);
  into.writeInt32LE(entry.low, start + LOW_AT);
  into.writeUInt32LE(typeStart - start - ENTRY_HEAD_BYTES, start + QUESTION_AT);
  into.writeUInt32LE(contentType === undefined ? 0 : bodyStart - typeStart + 1, start + TYPE_AT);
  into.writeUInt32LE(bytes.byteLength, start + BODY_AT);
  into.writeUInt16LE(entry.status, start + STATUS_AT);
  return bodyStart + bytes.byteLength;
}

/** What the head of an entry tells. */
export interface EntryHead {
  readonly high: number;
  readonly low: number;
  /** The whole entry, in bytes. */
  readonly length: number;
}

/** The head at `start`, unchecked; undefined where no entry can be. */
export function headAt(bytes: Buffer, start: number): EntryHead | undefined {
  if (start + ENTRY_HEAD_BYTES > bytes.byteLength) return undefined;
  const length =
    ENTRY_HEAD_BYTES +
    bytes.readUInt32LE(start + QUESTION_AT) +
    Math.max(0, bytes.readUInt32LE(start + TYPE_AT) - 1) +
    bytes.readUInt32LE(start + BODY_AT);
  if (length > MOST_ENTRY_BYTES || bytes.readUInt16LE(start + STATUS_AT) === 0) return undefined;
  return {
    high: bytes.readInt32LE(start + HIGH_AT),
    low: bytes.readInt32LE(start + LOW_AT),
    length,
  };
}

/** Writes the checksum of the entry at `start`. */
export function sealEntry(bytes: Buffer, start: number, length: number): void {
  bytes.writeUInt32LE(checksum(bytes, start, length), start + CRC_AT);
}

/** Whether the entry at `start` is there to its end and is what was sealed. */
export function isWhole(bytes: Buffer, start: number, length: number): boolean {
  return (
    start + length <= bytes.byteLength &&
    checksum(bytes, start, length) === bytes.readUInt32LE(start + CRC_AT)
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

function checksum(bytes: Buffer, start: number, length: number): number {
  return crc32(bytes.subarray(start + HIGH_AT, start + length));
}

import type { FailureCode } from "../core/failure.ts";
import type { OutcomeRecord } from "./outcome-record.ts";
import {
  codeOf,
  DUPLICATE,
  KINDS,
  RECORD_BYTES,
  type RecordKind,
  TIMES,
  WORDS,
} from "./record-layout.ts";

/**
 * Reads the packed records of a group one after the other, without an object for each. Its fields are
 * those of the record it stands on.
 */
export class RecordCursor implements CountedRecord {
  // Little-endian as every machine that runs Node; cold code reads arrays ten times as fast as a DataView.
  readonly #doubles: Float64Array;
  readonly #words: Uint32Array;
  readonly #floats: Float32Array;
  #at = -WORDS;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } =
      bytes.byteOffset % Float64Array.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
    const records = Math.floor(byteLength / RECORD_BYTES);
    this.#doubles = new Float64Array(buffer, byteOffset, (records * WORDS) / 2);
    this.#words = new Uint32Array(buffer, byteOffset, records * WORDS);
    this.#floats = new Float32Array(buffer, byteOffset, records * WORDS);
  }

  /** Goes to the next record; false where there is none. */
  next(): boolean {
    this.#at += WORDS;
    return this.#at < this.#words.length;
  }

  get row(): number {
    return this.#doubles[this.#at / 2]!;
  }

  get kind(): RecordKind {
    return KINDS[this.#words[this.#at + 6]! & 3]!;
  }

  get code(): FailureCode | undefined {
    return codeOf(this.#words[this.#at + 6]!);
  }

  get status(): number {
    return this.#words[this.#at + 6]! >>> 16;
  }

  get duplicate(): boolean {
    return (this.#words[this.#at + 6]! & DUPLICATE) !== 0;
  }

  get host(): number {
    return this.#words[this.#at + 8]!;
  }

  get bytes(): number {
    return this.#words[this.#at + 4]! + (this.#words[this.#at + 5]! & 0xffff) * 2 ** 32;
  }

  get totalMs(): number | null {
    const value = this.#floats[this.#at + TIMES + 6]!;
    return Number.isNaN(value) ? null : value;
  }
}

/** What of a record is counted. */
export type CountedRecord = Pick<
  OutcomeRecord,
  "kind" | "code" | "status" | "duplicate" | "host" | "bytes" | "totalMs"
>;

import type { FailureCode } from "../core/failure.ts";
import type { OutcomeRecord } from "./outcome-record.ts";
import { codeOf, DUPLICATE, KINDS, RECORD_BYTES, type RecordKind, TIMES } from "./record-layout.ts";

/**
 * Reads the packed records of a group one after the other, without an object for each. Its fields are
 * those of the record it stands on.
 */
export class RecordCursor implements CountedRecord {
  readonly #view: DataView;
  #at = -RECORD_BYTES;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Goes to the next record; false where there is none. */
  next(): boolean {
    this.#at += RECORD_BYTES;
    return this.#at + RECORD_BYTES <= this.#view.byteLength;
  }

  get row(): number {
    return this.#view.getFloat64(this.#at, true);
  }

  get kind(): RecordKind {
    return KINDS[this.#word(6) & 3]!;
  }

  get code(): FailureCode | undefined {
    return codeOf(this.#word(6));
  }

  get status(): number {
    return this.#word(6) >>> 16;
  }

  get duplicate(): boolean {
    return (this.#word(6) & DUPLICATE) !== 0;
  }

  get host(): number {
    return this.#word(8);
  }

  get bytes(): number {
    return this.#word(4) + (this.#word(5) & 0xffff) * 2 ** 32;
  }

  get totalMs(): number | null {
    const value = this.#view.getFloat32(this.#at + (TIMES + 6) * 4, true);
    return Number.isNaN(value) ? null : value;
  }

  #word(index: number): number {
    return this.#view.getUint32(this.#at + index * 4, true);
  }
}

/** What of a record is counted. */
export type CountedRecord = Pick<
  OutcomeRecord,
  "kind" | "code" | "status" | "duplicate" | "host" | "bytes" | "totalMs"
>;

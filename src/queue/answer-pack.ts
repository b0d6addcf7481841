import type { StoredAnswer } from "../middleware/answer-store.ts";
import { MOST_ENTRY_BYTES, mostBytesOf, writeEntry } from "./answer-entry.ts";

const FIRST_BYTES = 65_536;
/** A group of large answers is rare: its buffer is not kept. */
const MOST_SPARE_BYTES = 4_194_304;

/** Answers that wait for the next group, packed for the thread that writes them. */
export interface AnswerPack {
  /** Adds an answer; false where it is longer than an entry may be. */
  add(question: string, high: number, low: number, answer: StoredAnswer): boolean;
  /** What was added since the last time, in memory that threads share; undefined for nothing. */
  take(): Uint8Array<SharedArrayBuffer> | undefined;
  /** Takes a buffer back that was taken and is read no more, to be used again. */
  giveBack(spare: SharedArrayBuffer): void;
}

/** Makes an empty pack. Checksums are the business of `append`, in its own thread. */
export function createAnswerPack(): AnswerPack {
  let buffer = sharedBuffer(FIRST_BYTES);
  let spare: Buffer<SharedArrayBuffer> | undefined;
  let used = 0;
  return {
    add(question, high, low, answer) {
      const mostBytes = mostBytesOf(question, answer);
      if (mostBytes > MOST_ENTRY_BYTES) return false;
      if (used + mostBytes > buffer.byteLength) {
        const larger = sharedBuffer(Math.max(used + mostBytes, buffer.byteLength * 2));
        larger.set(buffer.subarray(0, used));
        buffer = larger;
      }
      used = writeEntry(buffer, used, { question, high, low, ...answer });
      return true;
    },
    take() {
      if (used === 0) return undefined;
      const pack = new Uint8Array(buffer.buffer, 0, used);
      buffer = spare ?? sharedBuffer(FIRST_BYTES);
      spare = undefined;
      used = 0;
      return pack;
    },
    giveBack(given) {
      if (given.byteLength <= MOST_SPARE_BYTES) spare = Buffer.from(given);
    },
  };
}

function sharedBuffer(bytes: number): Buffer<SharedArrayBuffer> {
  return Buffer.from(new SharedArrayBuffer(bytes));
}

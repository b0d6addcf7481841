import type { StoredAnswer } from "../middleware/answer-store.ts";
import { MOST_ENTRY_BYTES, mostBytesOf, writeEntry } from "./answer-entry.ts";

const FIRST_BYTES = 65_536;

/** Answers that wait for the next group, packed for the thread that writes them. */
export interface AnswerPack {
  /** Adds an answer; false where it is longer than an entry may be. */
  add(question: string, high: number, low: number, answer: StoredAnswer): boolean;
  /**
   * What was added since the last time; undefined for nothing. It is all that its ArrayBuffer is for:
   * transfer that, for a copy would take the unused rest along.
   */
  take(): Uint8Array<ArrayBuffer> | undefined;
}

/** Makes an empty pack. Checksums are the business of `append`, in its own thread. */
export function createAnswerPack(): AnswerPack {
  let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let used = 0;
  return {
    add(question, high, low, answer) {
      const mostBytes = mostBytesOf(question, answer);
      if (mostBytes > MOST_ENTRY_BYTES) return false;
      if (used + mostBytes > buffer.byteLength) {
        const larger = Buffer.allocUnsafeSlow(Math.max(used + mostBytes, buffer.byteLength * 2));
        larger.set(buffer.subarray(0, used));
        buffer = larger;
      }
      used = writeEntry(buffer, used, { question, high, low, ...answer });
      return true;
    },
    take() {
      if (used === 0) return undefined;
      const pack = new Uint8Array(buffer.buffer, 0, used);
      buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
      used = 0;
      return pack;
    },
  };
}

import type { StoredAnswer } from "../middleware/answer-store.ts";
import {
  type EntryBytes,
  entryBytes,
  MOST_ENTRY_BYTES,
  mostBytesOf,
  writeEntry,
} from "./answer-entry.ts";

const FIRST_BYTES = 65_536;
/** A group of large answers is rare: its buffer is not kept. */
const MOST_SPARE_BYTES = 1_048_576;

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
  let into = sharedBytes(FIRST_BYTES);
  let spare: EntryBytes | undefined;
  let used = 0;
  /** Most answers of a run have the type of the one before. */
  let latest = { text: "", bytes: new Uint8Array() };

  function typeOf(text: string | undefined): Uint8Array | undefined {
    if (text === undefined) return undefined;
    if (text !== latest.text) latest = { text, bytes: Buffer.from(text) };
    return latest.bytes;
  }

  return {
    add(question, high, low, answer) {
      const mostBytes = mostBytesOf(question, answer);
      if (mostBytes > MOST_ENTRY_BYTES) return false;
      if (used + mostBytes > into.bytes.byteLength) {
        const larger = sharedBytes(Math.max(used + mostBytes, into.bytes.byteLength * 2));
        larger.bytes.set(into.bytes.subarray(0, used));
        into = larger;
      }
      const { status, contentType, bytes: body } = answer;
      used = writeEntry(into, used, {
        question,
        high,
        low,
        status,
        type: typeOf(contentType),
        body,
      });
      return true;
    },
    take() {
      if (used === 0) return undefined;
      const pack = new Uint8Array(into.view.buffer as SharedArrayBuffer, 0, used);
      into = spare ?? sharedBytes(FIRST_BYTES);
      spare = undefined;
      used = 0;
      return pack;
    },
    giveBack(given) {
      if (given.byteLength <= MOST_SPARE_BYTES) spare = entryBytes(Buffer.from(given));
    },
  };
}

function sharedBytes(bytes: number): EntryBytes {
  return entryBytes(Buffer.from(new SharedArrayBuffer(bytes)));
}

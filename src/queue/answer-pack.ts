import type { StoredAnswer } from "../middleware/answer-store.ts";
import {
  type EntryBytes,
  entryBytes,
  MOST_ENTRY_BYTES,
  mostBytesOf,
  writeEntry,
} from "./answer-entry.ts";

/** The longest entry fills one. */
const BLOCK_BYTES = MOST_ENTRY_BYTES;
/** Blocks kept for the next group. */
const MOST_SPARE = 8;

/** Whole entries, in memory that threads share. */
export type AnswerBlock = Uint8Array<SharedArrayBuffer>;

/** Answers that wait for the next group, packed for the thread that writes them. */
export interface AnswerPack {
  /** Adds an answer; false where it is longer than an entry may be. */
  add(question: string, high: number, low: number, answer: StoredAnswer): boolean;
  /** What was added since the last time, in its order. */
  take(): readonly AnswerBlock[];
  /** Takes back what was taken and is read no more: its memory is used again. */
  giveBack(taken: readonly AnswerBlock[]): void;
}

/** Makes an empty pack. Checksums are the business of `append`, in its own thread. */
export function createAnswerPack(): AnswerPack {
  const full: AnswerBlock[] = [];
  const spare: SharedArrayBuffer[] = [];
  let into: EntryBytes | undefined;
  let used = 0;
  /** Most answers of a run have the type of the one before. */
  let latest = { text: "", bytes: new Uint8Array() };

  function typeOf(text: string | undefined): Uint8Array | undefined {
    if (text === undefined) return undefined;
    if (text !== latest.text) latest = { text, bytes: Buffer.from(text) };
    return latest.bytes;
  }

  function fillNext(): EntryBytes {
    if (into !== undefined) full.push(blockOf(into, used));
    used = 0;
    into = entryBytes(Buffer.from(spare.pop() ?? new SharedArrayBuffer(BLOCK_BYTES)));
    return into;
  }

  return {
    add(question, high, low, answer) {
      const mostBytes = mostBytesOf(question, answer);
      if (mostBytes > MOST_ENTRY_BYTES) return false;
      const block = into === undefined || used + mostBytes > BLOCK_BYTES ? fillNext() : into;
      const { status, contentType, bytes: body } = answer;
      used = writeEntry(block, used, {
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
      if (into === undefined) return [];
      const taken = [...full, blockOf(into, used)];
      full.length = 0;
      into = undefined;
      return taken;
    },
    giveBack(taken) {
      for (const { buffer } of taken) if (spare.length < MOST_SPARE) spare.push(buffer);
    },
  };
}

function blockOf({ view }: EntryBytes, used: number): AnswerBlock {
  return new Uint8Array(view.buffer as SharedArrayBuffer, 0, used);
}

import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";

import type { StoredAnswer } from "../middleware/answer-store.ts";
import { eachEntry, sealEntries } from "./answer-entries.ts";
import { answerIn, headAt, isWhole } from "./answer-entry.ts";
import { openPackFile } from "./pack-file.ts";
import { openQuestionIndex } from "./question-index.ts";

/** Most answers are read in one piece with their head. */
const FIRST_READ_BYTES = 4_096;
/** Entries that may wait for `record`, of some 24 bytes each. */
const MOST_WAITING = 400_000;

/** Answers on disk, in a file of entries and an index in the journal; synchronous, for the journal's thread. */
export interface AnswerArchive extends Disposable {
  /**
   * Writes a pack at the end of the file; its answers can be found at once. The pack's bytes are sealed
   * in place.
   * @throws RangeError for what is no pack, or when `record` was not called for very long; the file
   * system's errors, after which nothing of the pack is there.
   */
  append(pack: Uint8Array): void;
  /** Returns when what was appended would survive a power cut: before the group's COMMIT. */
  sync(): void;
  /**
   * Makes what was appended count: inside the group's transaction, after `sync`. Where the transaction is
   * rolled back, dispose of the archive and open it again.
   */
  record(): void;
  /** The answer that was kept last for a question with this hash; undefined for none, or a damaged one. */
  find(question: string, high: number, low: number): StoredAnswer | undefined;
  /** The hashes of all questions, in batches `high, low, high, low, …`; append nothing meanwhile. */
  hashes(): Iterable<Int32Array<ArrayBuffer>>;
  /** Damaged stretches met so far: what stood there is not found. */
  readonly damaged: number;
  /** Deletes file and index, for a finished run needs neither; the archive is closed then. */
  drop(): void;
}

/**
 * Opens `answers.pack` in a run's directory as it was recorded last, cutting off what was not; makes what
 * is missing. To be called outside of a transaction.
 * @throws the file system's and SQLite's errors.
 */
export function openAnswerArchive(database: DatabaseSync, directory: string): AnswerArchive {
  const index = openQuestionIndex(database);
  const { recordedBytes, indexedBytes } = index;
  const file = openPackFile(join(directory, "answers.pack"), { recordedBytes });
  let damaged = eachEntry(file, indexedBytes, ({ high, low }, place) => {
    index.set(high, low, place);
  });

  return {
    append(pack) {
      const bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength);
      const heads = sealEntries(bytes);
      if (index.waiting + heads.length > MOST_WAITING) {
        throw new RangeError("too many answers were appended without being recorded");
      }
      let place = file.append(bytes);
      for (const { high, low, length } of heads) {
        index.set(high, low, place);
        place += length;
      }
    },
    sync: () => file.sync(),
    record: () => index.record(file.length),
    find(question, high, low) {
      const place = index.get(high, low);
      if (place === undefined) return undefined;
      let entry = file.read(place, FIRST_READ_BYTES);
      const head = headAt(entry, 0);
      if (head !== undefined && head.length > entry.byteLength) {
        entry = file.read(place, head.length);
      }
      if (head === undefined || !isWhole(entry, 0, head.length)) {
        damaged += 1;
        return undefined;
      }
      return answerIn(entry.subarray(0, head.length), question);
    },
    hashes: () => index.hashes(),
    get damaged() {
      return damaged;
    },
    drop() {
      index.clear();
      file.remove();
    },
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";

import type { StoredAnswer } from "../middleware/answer-store.ts";
import { eachEntry, sealEntries } from "./answer-entries.ts";
import { answerIn, entryBytes, isWhole, lengthAt } from "./answer-entry.ts";
import { HEAD_LENGTH, LaterEntries } from "./later-entries.ts";
import { openPackFile } from "./pack-file.ts";
import { openQuestionIndex } from "./question-index.ts";

/** Most answers are read in one piece with their head. */
const FIRST_READ_BYTES = 4_096;
/**
 * Entries that wait until it is worth sorting them into the index: in a large one a batch touches nearly
 * every page, however small the batch is.
 */
const BATCH = 100_000;
/** Entries that wait before the first of them are sorted: a run that repeats nothing needs no index. */
const MOST_LATER = 150_000;
/** Bytes of the pack that are read again after a crash, at most, besides one group. */
const UNINDEXED_BYTES = 67_108_864;
/** Entries that may wait for `record`, of some 12 to 24 bytes each. */
const MOST_WAITING = 600_000;

/** Answers on disk, in a file of entries and an index in the journal; synchronous, for the journal's thread. */
export interface AnswerArchive extends Disposable {
  /**
   * Writes a pack at the end of the file; its answers can be found at once. The pack's bytes are sealed
   * in place.
   * @throws RangeError for what is no pack, or when `record` was not called for very long; the file
   * system's errors, after which nothing of the pack is there.
   */
  append(pack: Uint8Array): void;
  /** Returns when what was appended would survive a power cut. Before that it survives all but one. */
  sync(): void;
  /**
   * Takes note of how far the index goes, inside a transaction; where that is rolled back, dispose of
   * the archive and open it again.
   */
  record(): void;
  /** The answer that was kept last for a question with this hash; undefined for none, or a damaged one. */
  find(question: string, high: number, low: number): StoredAnswer | undefined;
  /** The hashes of all questions, in batches `high, low, high, low, …`; append nothing meanwhile. */
  hashes(): Iterable<Int32Array<ArrayBuffer>>;
  /** Damaged stretches met so far: what stood there is not found. */
  readonly damaged: number;
  /** Empties the index, inside a transaction: a finished run asks nothing again. */
  forget(): void;
  /** Deletes the file once the transaction of `forget` is committed; the archive is closed then. */
  remove(): void;
}

/**
 * Opens `answers.pack` in a run's directory with every whole entry that is there; makes what is missing.
 * What nobody synced is known by its checksum: an answer that was lost is asked for again, and that is
 * all. To be called outside of a transaction.
 * @throws the file system's and SQLite's errors.
 */
export function openAnswerArchive(database: DatabaseSync, directory: string): AnswerArchive {
  const index = openQuestionIndex(database);
  const file = openPackFile(join(directory, "answers.pack"), { recordedBytes: "all" });
  let damaged = eachEntry(file, index.indexedBytes, (high, low, place) => {
    index.set(high, low, place);
  });
  const later = new LaterEntries();

  return {
    append(pack) {
      const bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength);
      const heads = sealEntries(entryBytes(bytes));
      if (index.waiting + later.size + heads.length / HEAD_LENGTH > MOST_WAITING) {
        throw new RangeError("too many answers were appended without being recorded");
      }
      later.add(file.append(bytes), heads);
    },
    sync: () => file.sync(),
    record() {
      if (file.length === index.recordedBytes) return;
      const unindexedBytes = file.length - index.indexedBytes;
      const isMuch = later.size >= MOST_LATER || unindexedBytes >= UNINDEXED_BYTES;
      if (!isMuch && index.waiting < BATCH) return index.record(file.length);
      index.record(file.length, (set) => {
        if (isMuch) later.takeSorted(BATCH, set);
        return later.place ?? file.length;
      });
    },
    find(question, high, low) {
      const place = later.find(high, low) ?? index.get(high, low);
      if (place === undefined) return undefined;
      let entry = entryBytes(file.read(place, FIRST_READ_BYTES));
      const length = lengthAt(entry, 0);
      if (length > entry.bytes.byteLength) entry = entryBytes(file.read(place, length));
      if (length === 0 || !isWhole(entry, 0, length)) {
        damaged += 1;
        return undefined;
      }
      return answerIn(entry.bytes.subarray(0, length), question);
    },
    hashes() {
      index.reserve(later.size);
      later.take(later.size, (high, low, place) => index.set(high, low, place));
      return index.hashes();
    },
    get damaged() {
      return damaged;
    },
    forget() {
      later.clear();
      index.clear();
    },
    remove: () => file.remove(),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";

import type { StoredAnswer } from "../middleware/answer-store.ts";
import { eachEntry, type EntryHeads, sealEntries } from "./answer-entries.ts";
import { answerIn, entryBytes, isWhole, lengthAt } from "./answer-entry.ts";
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
  const { indexedBytes } = index;
  const file = openPackFile(join(directory, "answers.pack"), { recordedBytes: "all" });
  let damaged = eachEntry(file, indexedBytes, (high, low, place) => {
    index.set(high, low, place);
  });
  /** Packs whose entries are not in the index yet: a run that repeats nothing never looks. */
  let later: { readonly place: number; readonly heads: EntryHeads }[] = [];
  let laterEntries = 0;

  function indexAll(): void {
    for (const { place: first, heads } of later) {
      let place = first;
      for (let at = 0; at < heads.length; at += 3) {
        index.set(heads[at]!, heads[at + 1]!, place);
        place += heads[at + 2]!;
      }
    }
    later = [];
    laterEntries = 0;
  }

  return {
    append(pack) {
      const bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength);
      const heads = sealEntries(entryBytes(bytes));
      if (index.waiting + laterEntries + heads.length / 3 > MOST_WAITING) {
        throw new RangeError("too many answers were appended without being recorded");
      }
      later.push({ place: file.append(bytes), heads });
      laterEntries += heads.length / 3;
    },
    sync: () => file.sync(),
    record() {
      if (index.isDue(laterEntries, file.length)) indexAll();
      index.record(file.length);
    },
    find(question, high, low) {
      indexAll();
      const place = index.get(high, low);
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
      indexAll();
      return index.hashes();
    },
    get damaged() {
      return damaged;
    },
    forget() {
      later = [];
      laterEntries = 0;
      index.clear();
    },
    remove: () => file.remove(),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

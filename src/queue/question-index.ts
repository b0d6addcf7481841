import type { DatabaseSync } from "node:sqlite";

import { WaitingPlaces } from "./waiting-places.ts";

/** Hashes given out at a time. */
const BATCH = 8_192;
/** SQLite's integer of two halves. Numbers arrive in it as reals; bit operators make integers of them. */
const HASH = "((?1 << 32) | (?2 & 4294967295))";

/** The tables of the index; a journal has them from its beginning. */
export const INDEX_TABLES = `
  CREATE TABLE IF NOT EXISTS seen (hash INTEGER PRIMARY KEY, place INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS archived
    (one INTEGER PRIMARY KEY CHECK (one = 1), bytes INTEGER NOT NULL, indexedBytes INTEGER NOT NULL);
`;

/** Where in the pack the answer to a question stands, by the question's hash. */
export interface QuestionIndex {
  /** Bytes of the pack that count. */
  readonly recordedBytes: number;
  /** Bytes of the pack whose hashes are all in the table; those behind it have to be set again after a crash. */
  readonly indexedBytes: number;
  /** Makes room for so many that are to be set. */
  reserve(more: number): void;
  /** Sets the place of a hash; the latest counts. It waits in memory. */
  set(high: number, low: number, place: number): void;
  get(high: number, low: number): number | undefined;
  /** How many wait. */
  readonly waiting: number;
  /**
   * Records the pack's length: to be called in a transaction. Where `more` is given, all that waits goes into the
   * table, and then what `more` sets, best in the order of the hashes; it gives the bytes of the pack whose hashes
   * are all there then.
   */
  record(packBytes: number, more?: (set: QuestionIndex["set"]) => number): void;
  /** All hashes, in batches `high, low, high, low, …`; some may come twice. Set nothing meanwhile. */
  hashes(): Generator<Int32Array<ArrayBuffer>>;
  /** Forgets everything, in the tables too. */
  clear(): void;
}

/**
 * Opens the index in the tables `seen` and `archived`, which it makes if they are missing. After a
 * transaction with a `record` in it was rolled back, open another one.
 */
export function openQuestionIndex(database: DatabaseSync): QuestionIndex {
  database.exec(INDEX_TABLES);
  const insert = database.prepare(`INSERT OR REPLACE INTO seen VALUES (${HASH}, ?3)`);
  const select = database.prepare(`SELECT place FROM seen WHERE hash = ${HASH}`);
  const update = database.prepare("INSERT OR REPLACE INTO archived VALUES (1, ?, ?)");
  const known = database.prepare("SELECT bytes, indexedBytes FROM archived").get();
  let recordedBytes = Number(known?.["bytes"] ?? 0);
  let indexedBytes = Number(known?.["indexedBytes"] ?? 0);
  const waiting = new WaitingPlaces();

  return {
    get recordedBytes() {
      return recordedBytes;
    },
    get indexedBytes() {
      return indexedBytes;
    },
    get waiting() {
      return waiting.size;
    },
    reserve: (more) => waiting.reserve(more),
    set: (high, low, place) => waiting.set(high, low, place),
    get: (high, low) =>
      waiting.get(high, low) ?? (select.get(high, low)?.["place"] as number | undefined),
    record(packBytes, more) {
      if (packBytes === recordedBytes) return;
      if (more !== undefined) {
        // Sorted, they touch each page of the table once.
        waiting.eachSorted((high, low, place) => insert.run(high, low, place));
        waiting.clear();
        indexedBytes = more((high, low, place) => insert.run(high, low, place));
      }
      update.run(packBytes, indexedBytes);
      recordedBytes = packBytes;
    },
    *hashes() {
      yield waiting.hashes();
      let batch = new Int32Array(BATCH * 2);
      let used = 0;
      const all = database.prepare("SELECT hash >> 32 AS high, hash & 4294967295 AS low FROM seen");
      all.setReturnArrays(true);
      for (const [high, low] of all.iterate() as Iterable<unknown> as Iterable<readonly number[]>) {
        batch[used] = high!;
        batch[used + 1] = low!;
        used += 2;
        if (used < batch.length) continue;
        yield batch;
        batch = new Int32Array(BATCH * 2);
        used = 0;
      }
      yield batch.slice(0, used);
    },
    clear() {
      database.exec("DELETE FROM seen; DELETE FROM archived");
      waiting.clear();
      recordedBytes = 0;
      indexedBytes = 0;
    },
  };
}

import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";

import { chunksOf, createBodyHash, packedChunk, type Body } from "./kept-chunks.ts";
import { createKeptReader, KEPT_FILE, type KeptReader, type KeptRow } from "./kept-reader.ts";
import { openPackFile } from "./pack-file.ts";

const TABLE = `
  CREATE TABLE IF NOT EXISTS kept
    (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, place INTEGER NOT NULL,
     packedBytes INTEGER NOT NULL, bytes INTEGER NOT NULL);
`;

/** Whole bodies on disk, each distinct one once; synchronous, for the journal's thread. */
export interface KeptAnswers extends KeptReader {
  /**
   * Keeps a body and gives its id, the same for the same bytes. A file is left where it is.
   * @throws the file system's errors, after which it is not kept.
   */
  put(body: Body): number;
  /** Returns when what was put would survive a power cut: before the group's COMMIT. */
  sync(): void;
  /**
   * Makes what was put count: inside the group's transaction, after `sync`. Where the transaction is rolled
   * back, dispose of this and open it again.
   */
  record(): void;
}

/**
 * Opens `kept.pack` in a run's directory as it was recorded last, cutting off what was not; makes what is
 * missing. To be called outside of a transaction.
 * @throws the file system's and SQLite's errors.
 */
export function openKeptAnswers(database: DatabaseSync, directory: string): KeptAnswers {
  database.exec(TABLE);
  const select = database.prepare("SELECT id FROM kept WHERE hash = ?");
  const insert = database.prepare("INSERT INTO kept VALUES (?, ?, ?, ?, ?)");
  const last = database.prepare("SELECT * FROM kept ORDER BY id DESC LIMIT 1").get() as
    | KeptRow
    | undefined;
  const recordedBytes = last === undefined ? 0 : last.place + last.packedBytes;
  const file = openPackFile(join(directory, KEPT_FILE), { recordedBytes });
  let nextId = (last?.id ?? 0) + 1;
  /** Put since the last record, by id and by hash. */
  const rows = new Map<number, KeptRow>();
  const ids = new Map<string, number>();

  /** Appends the pieces of a body; gives its row. What an error leaves of them no row speaks of. */
  function append(body: Body, hash: Uint8Array): KeptRow {
    const place = file.length;
    let bytes = 0;
    for (const chunk of chunksOf(body)) {
      file.append(packedChunk(chunk));
      bytes += chunk.byteLength;
    }
    return { id: nextId, hash, place, packedBytes: file.length - place, bytes };
  }

  return {
    ...createKeptReader(database, file, (id) => rows.get(id)),
    put(body) {
      const hashing = createBodyHash();
      for (const chunk of chunksOf(body)) hashing.update(chunk);
      const hash = hashing.end();
      const key = Buffer.from(hash).toString("latin1");
      const known = ids.get(key) ?? (select.get(hash)?.["id"] as number | undefined);
      if (known !== undefined) return known;
      const row = append(body, hash);
      nextId += 1;
      rows.set(row.id, row);
      ids.set(key, row.id);
      return row.id;
    },
    sync: () => file.sync(),
    record() {
      for (const { id, hash, place, packedBytes, bytes } of rows.values()) {
        insert.run(id, hash, place, packedBytes, bytes);
      }
      rows.clear();
      ids.clear();
    },
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

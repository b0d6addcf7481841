import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";

import { INDEX_TABLES } from "./question-index.ts";

/** The journal's file in the directory of a run. */
export const JOURNAL_FILE = "journal.db";

/** The version of the format, in SQLite's user_version: a newer program reads older ones, an older one refuses newer. */
export const JOURNAL_VERSION = 1;

/** "fanf", in SQLite's application_id: `file journal.db` tells it from other databases. */
export const APPLICATION_ID = 0x66616e66;

/** A journal that cannot be used as it is: not one, of a newer version, or damaged. */
export class JournalError extends Error {
  override readonly name = "JournalError";
}

/** Another process works on the run. */
export class RunLocked extends Error {
  override readonly name = "RunLocked";
}

/** The directory is where locks cannot be trusted. */
export class NoLocks extends Error {
  override readonly name = "NoLocks";
}

/**
 * The tables. `outcomes` is the log, insert-only: packed records of one group commit with their CRC-32;
 * everything else can be derived from it or is needed to go on:
 * - `fact`: what the run is (job, identity, input) and where it stands, as JSON by name;
 * - `session`: each process that worked on it, what it counted, how it ended;
 * - `done`: a bit per row that has an outcome, with the CRC-32 of the unit;
 * - `detail`: what does not fit a record: failures, attempts;
 * - `host`: origins by number;
 * - `tally`: counts and latency histograms by host and kind of outcome;
 * - `held`: records that wait for their turn in the order of the input;
 * - `intent`: rows whose request is not safe to repeat and may be on its way.
 *
 * Each row from which a run goes on has the CRC-32 of what it holds (`sealOf`).
 */
const SCHEMA = `
  CREATE TABLE fact (
    name TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE session (
    id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, began_ms REAL NOT NULL,
    ended_ms REAL, reason TEXT, counters TEXT
  );
  CREATE TABLE outcomes (
    id INTEGER PRIMARY KEY, session INTEGER NOT NULL, count INTEGER NOT NULL,
    records BLOB NOT NULL, checksum INTEGER NOT NULL
  );
  CREATE TABLE done (unit INTEGER PRIMARY KEY, bits BLOB NOT NULL, checksum INTEGER NOT NULL);
  CREATE TABLE detail (row INTEGER PRIMARY KEY, text TEXT NOT NULL);
  CREATE TABLE host (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, checksum INTEGER NOT NULL);
  CREATE TABLE tally (
    host INTEGER NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL, status INTEGER NOT NULL,
    count INTEGER NOT NULL, duplicates INTEGER NOT NULL, bytes REAL NOT NULL,
    total_ms REAL NOT NULL, slowest_ms REAL NOT NULL, steps BLOB NOT NULL,
    PRIMARY KEY (host, kind, code, status)
  ) WITHOUT ROWID;
  CREATE TABLE held (row INTEGER PRIMARY KEY, record TEXT NOT NULL, checksum INTEGER NOT NULL);
  CREATE TABLE intent (row INTEGER PRIMARY KEY, checksum INTEGER NOT NULL);
`;

/** Makes the tables of a new journal, and `fill` its first rows, all in one commit. */
export function createTables(database: DatabaseSync, fill: () => void): void {
  // The file is synced as a whole before it gets its name, and is gone where anything fails before.
  database.exec("PRAGMA synchronous = OFF");
  database.exec("PRAGMA journal_mode = MEMORY");
  database.exec("BEGIN");
  database.exec(SCHEMA);
  database.exec(INDEX_TABLES);
  fill();
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  database.exec(`PRAGMA user_version = ${JOURNAL_VERSION}`);
  database.exec("COMMIT");
  // At the end: the tables go into the file itself, and nothing has to be brought there from a log.
  database.exec("PRAGMA journal_mode = WAL");
}

/** The CRC-32 of the tables' definitions, but for those that are made when they are needed. */
export function schemaSeal(database: DatabaseSync): number {
  const sql = "SELECT sql FROM sqlite_master WHERE tbl_name <> 'kept' ORDER BY name";
  const found = database.prepare(sql).all();
  return crc32(found.map((table) => table["sql"] as string).join("\n"));
}

/** A commit returns when it is on the disk (SQLite: synchronous=FULL syncs the log at each one). */
export function prepareConnection(database: DatabaseSync): void {
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA busy_timeout = 2000");
  // What is written comes in the order of its keys: a page is touched once.
  database.exec("PRAGMA cache_size = -1024");
}

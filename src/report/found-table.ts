import type { DatabaseSync } from "node:sqlite";

import { responseHeader } from "../core/headers.ts";
import { openDatabase } from "../queue/open-database.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import type { Found } from "./change.ts";
import type { OutcomeRow } from "./outcome-rows.ts";
import { questionIdentity } from "./question-identity.ts";

/** Which run a thing was found in. */
export type Side = "before" | "after";

/** One thing in two runs. */
export interface FoundPair {
  readonly key: string;
  readonly url: string;
  readonly before: Found | undefined;
  readonly after: Found | undefined;
}

/** The kept body's hash by its number, in hex; undefined where there is none. */
export type HashOf = (kept: number) => string | undefined;

/** What two runs have found, joined by what was asked. */
export interface FoundTable extends Disposable {
  /** Takes all outcomes of a run. @throws what reading them throws */
  fill(side: Side, rows: AsyncIterable<OutcomeRow>, hashOf: HashOf): Promise<void>;
  /** All things in the order of their keys; equal rows of a run are one, by the first that was answered. */
  pairs(): Generator<FoundPair>;
}

/** Pages of SQLite's in memory: 16 MB, however many rows there are. */
const CACHE_KB = 16_384;

/**
 * Opens an empty table in a private file of SQLite's that has no name and goes with it: rows are sorted
 * there, so that memory does not grow with them.
 */
export function openFoundTable(): FoundTable {
  const database = openDatabase("");
  // Nobody needs it after a crash.
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    PRAGMA cache_size = -${CACHE_KB}; PRAGMA temp_store = FILE;
    CREATE TABLE found (id TEXT, side INTEGER, answered INTEGER, row INTEGER, key TEXT, url TEXT, what TEXT)`);
  return {
    fill: (side, rows, hashOf) => fill(database, { side, rows, hashOf }),
    pairs: () => pairs(database),
    [Symbol.dispose]: () => database.close(),
  };
}

interface Filling {
  readonly side: Side;
  readonly rows: AsyncIterable<OutcomeRow>;
  readonly hashOf: HashOf;
}

async function fill(database: DatabaseSync, { side, rows, hashOf }: Filling): Promise<void> {
  const insert = database.prepare("INSERT INTO found VALUES (?, ?, ?, ?, ?, ?, ?)");
  database.exec("BEGIN");
  for await (const { record, detail, task } of rows) {
    if (task === undefined || record.kind === "owed") continue;
    const { key, url } = task.request;
    const { headers = {} } = detail ?? {};
    const found: Found = {
      row: record.row,
      kind: record.kind,
      code: record.code ?? null,
      status: record.status === 0 ? null : record.status,
      bytes: record.bytes,
      checksum: checksumOf(record),
      hash: record.kept === 0 ? null : (hashOf(record.kept) ?? null),
      etag: responseHeader(headers, "etag") ?? null,
      lastModified: responseHeader(headers, "last-modified") ?? null,
    };
    const place = [side === "before" ? 0 : 1, record.kind === "answered" ? 0 : 1, record.row];
    insert.run(questionIdentity(task.request), ...place, key, url, JSON.stringify(found));
  }
  database.exec("COMMIT");
}

/** Beware: a zero is what no bytes come to, and what older runs have where nothing was counted. */
function checksumOf({ checksum, bytes }: OutcomeRecord): number | null {
  return checksum === 0 && bytes > 0 ? null : checksum;
}

interface Stored {
  readonly id: string;
  readonly side: number;
  readonly key: string;
  readonly url: string;
  readonly what: string;
}

function* pairs(database: DatabaseSync): Generator<FoundPair> {
  const sql = "SELECT id, side, key, url, what FROM found ORDER BY id, side, answered, row";
  let id: string | undefined;
  let pair: { key: string; url: string; before?: Found; after?: Found } | undefined;
  const stored = database.prepare(sql).iterate() as Iterable<unknown> as Iterable<Stored>;
  for (const { id: next, side, key, url, what } of stored) {
    if (next !== id) {
      if (pair !== undefined) yield wholePair(pair);
      id = next;
      pair = { key, url };
    }
    const name = side === 0 ? "before" : "after";
    if (pair![name] === undefined) pair![name] = JSON.parse(what) as Found;
  }
  if (pair !== undefined) yield wholePair(pair);
}

function wholePair(pair: {
  readonly key: string;
  readonly url: string;
  readonly before?: Found;
  readonly after?: Found;
}): FoundPair {
  return { key: pair.key, url: pair.url, before: pair.before, after: pair.after };
}

import type { DatabaseSync } from "node:sqlite";

import type { FailureCode } from "../core/failure.ts";
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

/** Pages of SQLite's in memory: 4 MB, however many rows there are. */
const CACHE_KB = 4_096;

/**
 * Opens an empty table in a private file of SQLite's that has no name and goes with it: rows are sorted
 * there, so that memory does not grow with them. What is the same for most rows is left out of them, for
 * sorting costs by the byte: a key is the first line of its id, a URL mostly its key.
 */
export function openFoundTable(): FoundTable {
  const database = openDatabase("");
  // Nobody needs it after a crash.
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    PRAGMA cache_size = -${CACHE_KB}; PRAGMA temp_store = FILE;
    CREATE TABLE found (
      id TEXT, side INTEGER, kind INTEGER, row INTEGER, status INTEGER, bytes INTEGER,
      checksum INTEGER, url TEXT, code TEXT, hash TEXT, etag TEXT, lastModified TEXT)`);
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

/** In this order: what was answered comes first. */
const KINDS = ["answered", "failed", "skipped"] as const;
const SIDES = ["before", "after"] as const;

async function fill(database: DatabaseSync, { side, rows, hashOf }: Filling): Promise<void> {
  const insert = database.prepare("INSERT INTO found VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const sideAt = SIDES.indexOf(side);
  database.exec("BEGIN");
  for await (const { record, detail, task } of rows) {
    if (task === undefined || record.kind === "owed") continue;
    const { row, kind, code, status, bytes, kept } = record;
    const { key, url } = task.request;
    const headers = detail?.headers ?? {};
    insert.run(
      questionIdentity(task.request),
      ...[sideAt, KINDS.indexOf(kind), row],
      status === 0 ? null : status,
      ...[bytes, checksumOf(record)],
      url === key ? null : url,
      code ?? null,
      kept === 0 ? null : (hashOf(kept) ?? null),
      responseHeader(headers, "etag") ?? null,
      responseHeader(headers, "last-modified") ?? null,
    );
  }
  database.exec("COMMIT");
}

/** Beware: a zero is what no bytes come to, and what older runs have where nothing was counted. */
function checksumOf({ checksum, bytes }: OutcomeRecord): number | null {
  return checksum === 0 && bytes > 0 ? null : checksum;
}

interface Stored extends Omit<Found, "kind"> {
  readonly id: string;
  readonly side: number;
  readonly kind: number;
  readonly code: FailureCode | null;
  readonly url: string | null;
}

function* pairs(database: DatabaseSync): Generator<FoundPair> {
  const sql = "SELECT * FROM found ORDER BY id, side, kind, row";
  let id: string | undefined;
  let pair: { key: string; url: string; before?: Found; after?: Found } | undefined;
  const found = database.prepare(sql).iterate() as Iterable<unknown> as Iterable<Stored>;
  for (const stored of found) {
    if (stored.id !== id) {
      if (pair !== undefined) yield { before: undefined, after: undefined, ...pair };
      ({ id } = stored);
      const [key = ""] = id.split("\n", 1);
      pair = { key, url: stored.url ?? key };
    }
    pair![SIDES[stored.side]!] ??= foundIn(stored);
  }
  if (pair !== undefined) yield { before: undefined, after: undefined, ...pair };
}

function foundIn(stored: Stored): Found {
  const { row, kind, code, status, bytes, checksum, hash, etag, lastModified } = stored;
  return { row, kind: KINDS[kind]!, code, status, bytes, checksum, hash, etag, lastModified };
}

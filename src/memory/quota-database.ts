import { closeSync, existsSync, mkdirSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";

import type { SpentStore } from "../policy/quota-stock.ts";
import { freeAt, type Spent, stillSpent } from "../policy/quota-window.ts";
import type { QuotaRate } from "../policy/quota.ts";

/** What is spent of the long rates of all scopes. All of it throws what SQLite throws. */
export interface QuotaDatabase extends Disposable {
  storeOf(scope: string, rate: QuotaRate): SpentStore;
  /** What counts at `nowMs`; wall-clock milliseconds. */
  list(nowMs: number): readonly KeptQuota[];
  forget(scope: string): void;
  /** Does many changes as one transaction. */
  together(work: () => void): void;
}

/** One long rate of one scope, and what is spent of it. */
export interface KeptQuota {
  readonly scope: string;
  readonly rate: QuotaRate;
  readonly spent: readonly Spent[];
}

const FORMAT = 1;
const MOST_ENTRIES = 8192;
/** Another process holds the database for a sync or two; this long is a process that hangs. */
const PATIENCE_MS = 5000;
const BUSY = 5;

/**
 * Opens the database, or makes it; what was free again by `openedMs` (wall clock) is dropped. SQLite's
 * lock is what lets processes share a quota: each change is one transaction, made before a request
 * leaves. Beware: it is loaded here and not before, because most runs have no long rate.
 */
export function openQuotaDatabase(path: string, openedMs: number): QuotaDatabase {
  const { DatabaseSync: Database } = process.getBuiltinModule("node:sqlite");
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite would make it readable by all; the files beside it take its mode.
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
  const database = new Database(path, { timeout: PATIENCE_MS });
  try {
    patiently(() => prepareTables(database, openedMs));
  } catch (error) {
    database.close();
    throw error;
  }
  const read = database.prepare("SELECT spent FROM quotas WHERE scope = ? AND per_ms = ?");
  const write = database.prepare(
    "INSERT OR REPLACE INTO quotas (scope, per_ms, count, free_ms, spent) VALUES (?, ?, ?, ?, ?)",
  );

  return {
    storeOf: (scope, rate) => ({
      change: (decide) =>
        patiently(() =>
          alone(database, () => {
            const row = read.get(scope, rate.perMs);
            const { spent, result } = decide(row === undefined ? [] : parseSpent(row["spent"]));
            const freeMs = freeAt(spent, rate, rate.count);
            write.run(scope, rate.perMs, rate.count, freeMs, formatSpent(spent));
            return result;
          }),
        ),
    }),
    list(nowMs) {
      const rows = database.prepare("SELECT scope, per_ms, count, spent FROM quotas").all();
      return rows
        .map((row) => {
          const rate = { count: Number(row["count"]), perMs: Number(row["per_ms"]) };
          const spent = stillSpent(parseSpent(row["spent"]), rate, nowMs);
          return { scope: String(row["scope"]), rate, spent };
        })
        .filter(({ spent }) => spent.length > 0);
    },
    forget(scope) {
      database.prepare("DELETE FROM quotas WHERE scope = ?").run(scope);
    },
    together: (work) => patiently(() => alone(database, work)),
    [Symbol.dispose]: () => database.close(),
  };
}

/** Removes the database, whatever state it is in. */
export function removeQuotaDatabase(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
}

function prepareTables(database: DatabaseSync, nowMs: number): void {
  // A change survives the process, whatever ends it, and costs no sync: with a rate per day on ten
  // thousand hosts, each of them draws. Where the power fails, the last seconds' are lost.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  const format = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (format > FORMAT) throw new Error("it was written by a later version");
  if (format === FORMAT) {
    // One statement is a transaction: what is free again is no longer needed.
    database.prepare("DELETE FROM quotas WHERE free_ms < ?").run(nowMs);
    return;
  }
  alone(database, () => {
    database.exec(`
      CREATE TABLE IF NOT EXISTS quotas (
        scope TEXT NOT NULL, per_ms REAL NOT NULL, count INTEGER NOT NULL, free_ms REAL NOT NULL,
        spent TEXT NOT NULL, PRIMARY KEY (scope, per_ms)
      ) WITHOUT ROWID, STRICT;
      PRAGMA user_version = ${FORMAT};`);
  });
}

/** Does something as one transaction, or as a part of one, that nobody else writes beside. */
function alone<T>(database: DatabaseSync, work: () => T): T {
  if (database.isTransaction) return work();
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/**
 * Does it again while another process has the database: SQLite waits by itself for a writer, but not
 * for one that is just making the database or closing it as the last.
 */
function patiently<T>(work: () => T): T {
  const untilMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      const { errcode = 0 } = error as { errcode?: number };
      if ((errcode & 0xff) !== BUSY || performance.now() > untilMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function formatSpent(spent: readonly Spent[]): string {
  return JSON.stringify(spent.map(({ atMs, count }) => [atMs, count]));
}

/** @throws Error for what was not written by `formatSpent`. */
function parseSpent(text: unknown): readonly Spent[] {
  const entries = JSON.parse(String(text)) as unknown;
  if (!Array.isArray(entries) || entries.length > MOST_ENTRIES) throw new Error("it is damaged");
  return entries.map((entry: unknown) => {
    const [atMs, count] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (!Number.isFinite(atMs) || !Number.isSafeInteger(count)) throw new Error("it is damaged");
    return { atMs: atMs as number, count: count as number };
  });
}

import type { DatabaseSync, StatementSync } from "node:sqlite";

import { createHistogram, type Histogram } from "../policy/histogram.ts";
import type { CountedRecord } from "./record-cursor.ts";

/** What was counted of one kind of outcome at one host. Times in milliseconds. */
export interface TallyEntry {
  readonly host: number;
  readonly kind: "answered" | "failed" | "skipped";
  /** Code of the failure; empty for answers. */
  readonly code: string;
  readonly status: number;
  count: number;
  /** Of these, given from an equal request: they have no time of their own. */
  duplicates: number;
  bytes: number;
  totalMs: number;
  slowestMs: number;
  readonly latency: Histogram;
}

/** Entries kept in memory between two commits: a crawl of many hosts must not grow it without end. */
const MOST_IN_MEMORY = 5_000;

/** The counts of a run, kept in its journal: exactly those of the records that were committed. */
export class RunTally {
  readonly #entries = new Map<string, TallyEntry>();
  readonly #dirty = new Set<TallyEntry>();
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  /** Most records are like the one before. */
  #latest: TallyEntry | undefined;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare(
      "SELECT * FROM tally WHERE host = ? AND kind = ? AND code = ? AND status = ?",
    );
    this.#upsert = database.prepare(
      "INSERT OR REPLACE INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
  }

  /** Counts a record, or (`by` -1) takes it back. A record that says "owed" counts nothing. */
  count(record: CountedRecord, by: 1 | -1): void {
    if (record.kind === "owed") return;
    let entry = this.#latest;
    if (!isOf(entry, record)) {
      entry = this.#entryOf(record, record.kind);
      this.#latest = entry;
      this.#dirty.add(entry);
    }
    entry.count += by;
    if (record.duplicate) {
      entry.duplicates += by;
      return;
    }
    entry.bytes += by * record.bytes;
    const { totalMs } = record;
    if (totalMs === null) return;
    entry.totalMs += by * totalMs;
    // What was once the slowest stays so: a bound, not an account.
    if (totalMs > entry.slowestMs) entry.slowestMs = totalMs;
    if (by === 1) entry.latency.record(totalMs);
    else entry.latency.forget(totalMs);
  }

  /** Writes what changed, inside the caller's transaction. */
  write(): void {
    for (const entry of this.#dirty) {
      const { host, kind, code, status, count, duplicates, bytes, totalMs, slowestMs } = entry;
      const steps = new Uint8Array(new Uint32Array(entry.latency.steps).buffer);
      // oxfmt-ignore
      this.#upsert.run(host, kind, code, status, count, duplicates, bytes, totalMs, slowestMs, steps);
    }
    this.#dirty.clear();
    this.#latest = undefined;
    if (this.#entries.size > MOST_IN_MEMORY) this.#entries.clear();
  }

  #entryOf(record: CountedRecord, kind: TallyEntry["kind"]): TallyEntry {
    const code = record.code ?? "";
    const key = `${record.host} ${kind} ${code} ${record.status}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const found = this.#select.get(record.host, kind, code, record.status);
      entry = found === undefined ? emptyEntry(record, kind, code) : entryOf(found);
      this.#entries.set(key, entry);
    }
    return entry;
  }
}

/** All counts of a journal. */
export function* readTally(database: DatabaseSync): Generator<TallyEntry> {
  for (const found of database.prepare("SELECT * FROM tally").iterate()) yield entryOf(found);
}

function isOf(entry: TallyEntry | undefined, record: CountedRecord): entry is TallyEntry {
  return (
    entry !== undefined &&
    entry.host === record.host &&
    entry.kind === record.kind &&
    entry.status === record.status &&
    entry.code === (record.code ?? "")
  );
}

function emptyEntry(record: CountedRecord, kind: TallyEntry["kind"], code: string): TallyEntry {
  const { host, status } = record;
  const none = { count: 0, duplicates: 0, bytes: 0, totalMs: 0, slowestMs: 0 };
  return { host, kind, code, status, ...none, latency: createHistogram() };
}

function entryOf(found: Record<string, unknown>): TallyEntry {
  const blob = found["steps"] as Uint8Array;
  const steps = new Uint32Array(blob.slice().buffer);
  const number = (name: string): number => found[name] as number;
  const latency = createHistogram();
  latency.restore([...steps], number("slowest_ms"));
  return {
    host: number("host"),
    kind: found["kind"] as TallyEntry["kind"],
    code: found["code"] as string,
    status: number("status"),
    count: number("count"),
    duplicates: number("duplicates"),
    bytes: number("bytes"),
    totalMs: number("total_ms"),
    slowestMs: number("slowest_ms"),
    latency,
  };
}

import { crc32 } from "node:zlib";

import { DoneRows } from "./done-rows.ts";
import type { JournalStore } from "./journal-store.ts";
import { latestRecords } from "./log-questions.ts";
import type { OutcomeRecord } from "./outcome-record.ts";
import { readTally } from "./run-tally.ts";

/** The account of a log: what became of the rows that have an outcome. */
export interface LogAccount {
  readonly answered: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a journal says of its run, and what is wrong with it. */
export interface CheckedJournal {
  readonly latest: ReadonlyMap<number, OutcomeRecord>;
  readonly account: LogAccount;
  /** One sentence each; none where all is well. */
  readonly problems: readonly string[];
}

/**
 * Recounts a journal from its log: the list of what is done, the counts and the database itself have
 * to say the same.
 * @throws JournalError where the log itself is damaged.
 */
export function checkJournal(store: JournalStore): CheckedJournal {
  const problems: string[] = [];
  const { database } = store;
  for (const found of database.prepare("PRAGMA integrity_check(3)").all()) {
    const text = String(Object.values(found)[0]);
    if (text !== "ok") problems.push(`the journal's file is damaged: ${text}`);
  }
  const latest = latestRecords(store);
  const count = { answered: 0, failed: 0, skipped: 0 };
  for (const { kind } of latest.values()) if (kind !== "owed") count[kind] += 1;
  problems.push(...doneProblems(store, latest));
  const told = { answered: 0, failed: 0, skipped: 0 };
  for (const entry of readTally(database)) told[entry.kind] += entry.count;
  for (const kind of ["answered", "failed", "skipped"] as const) {
    if (told[kind] === count[kind]) continue;
    problems.push(`the log has ${count[kind]} ${kind}, the counts say ${told[kind]}`);
  }
  return { latest, account: count, problems };
}

function doneProblems(store: JournalStore, latest: ReadonlyMap<number, unknown>): string[] {
  const done = new DoneRows();
  for (const found of store.database.prepare("SELECT * FROM done").all()) {
    const bits = found["bits"] as Uint8Array;
    const unit = found["unit"] as number;
    if (crc32(bits) !== found["checksum"]) {
      return [`unit ${unit} of the list of what is done is not as it was written`];
    }
    done.load(unit, bits);
  }
  const missing = [...latest.keys()].filter((row) => !done.has(row)).length;
  const extra = done.count - (latest.size - missing);
  if (missing === 0 && extra === 0) return [];
  return [`the log has ${latest.size} outcomes, the list of what is done has ${done.count}`];
}

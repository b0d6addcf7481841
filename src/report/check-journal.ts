import { crc32 } from "node:zlib";

import { DoneRows } from "../queue/done-rows.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import { readTally } from "../queue/run-tally.ts";
import { recordsInOrder } from "./records-in-order.ts";

/** The account of a log: what became of the rows that have an outcome. */
export interface LogAccount {
  readonly answered: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a journal says of its run, and what is wrong with it. */
export interface CheckedJournal {
  readonly account: LogAccount;
  /** Rows that have an outcome. */
  readonly outcomes: number;
  /** The last of them; 0 where there is none. */
  readonly lastRow: number;
  /** One sentence each; none where all is well. */
  readonly problems: readonly string[];
}

/**
 * Recounts a journal from its log: the list of what is done, the counts and the database itself have
 * to say the same. Memory is that of a window of rows and a bit per row.
 * @throws JournalError where the log itself is damaged.
 */
export function checkJournal(store: JournalStore): CheckedJournal {
  const { database } = store;
  const problems: string[] = [];
  for (const found of database.prepare("PRAGMA integrity_check(3)").all()) {
    const text = String(Object.values(found)[0]);
    if (text !== "ok") problems.push(`the journal's file is damaged: ${text}`);
  }
  const { done, problem } = readDone(store);
  const account = { answered: 0, failed: 0, skipped: 0 };
  let [outcomes, lastRow, missing] = [0, 0, 0];
  for (const { row, kind } of recordsInOrder(store)) {
    if (kind !== "owed") account[kind] += 1;
    outcomes += 1;
    lastRow = row;
    if (!done.has(row)) missing += 1;
  }
  if (problem !== undefined) problems.push(problem);
  else if (missing > 0 || done.count !== outcomes) {
    problems.push(`the log has ${outcomes} outcomes, the list of what is done has ${done.count}`);
  }
  const told = { answered: 0, failed: 0, skipped: 0 };
  for (const entry of readTally(database)) told[entry.kind] += entry.count;
  for (const kind of ["answered", "failed", "skipped"] as const) {
    if (told[kind] === account[kind]) continue;
    problems.push(`the log has ${account[kind]} ${kind}, the counts say ${told[kind]}`);
  }
  return { account, outcomes, lastRow, problems };
}

interface DoneList {
  readonly done: DoneRows;
  readonly problem: string | undefined;
}

function readDone({ database }: JournalStore): DoneList {
  const done = new DoneRows();
  for (const { unit, bits, checksum } of database.prepare("SELECT * FROM done").iterate()) {
    if (!(bits instanceof Uint8Array) || crc32(bits) !== checksum) {
      const problem = `unit ${String(unit)} of the list of what is done is not as it was written`;
      return { done, problem };
    }
    done.load(unit as number, bits);
  }
  return { done, problem: undefined };
}

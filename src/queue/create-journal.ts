import { closeSync, fsyncSync, openSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { createTables, JOURNAL_FILE, schemaSeal } from "./journal-format.ts";
import { beginSession, type Session } from "./journal-session.ts";
import { writeFacts } from "./sealed-rows.ts";
import { makeFoldersSync } from "./make-folders-sync.ts";
import { openDatabase } from "./open-database.ts";

/**
 * Makes the journal of a new run in `directory`, which may hold none, with its first facts (JSON by
 * name) and the first process that works on it; durable when this returns, its name included. Before that nothing has that name: a journal
 * that is there is whole. Where it throws, what it made is gone. Synchronous, for the journal's thread.
 * @throws the system's and SQLite's errors.
 */
export function createJournal(
  directory: string,
  facts: Readonly<Record<string, string>>,
  session: Session,
): void {
  const made: string[] = [];
  const path = join(directory, `${JOURNAL_FILE}.new`);
  try {
    makeFoldersSync(directory, made);
    removeDatabase(path);
    // Made before SQLite does, so that nobody else reads what is asked of whom.
    closeSync(openSync(path, "a", 0o600));
    {
      using database = openDatabase(path);
      createTables(database, () => {
        writeFacts(database, { ...facts, schema: String(schemaSeal(database)) });
        beginSession(database, session);
      });
    }
    syncPath(path);
    renameSync(path, join(directory, JOURNAL_FILE));
    syncPath(directory);
    for (const folder of made) syncPath(dirname(folder));
  } catch (error) {
    undo(path, made);
    throw error;
  }
}

/** Removes a database with what SQLite keeps beside it. @throws the system's error */
export function removeDatabase(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}

/** Takes back what was made, as far as the disk lets us; the first error tells why. */
function undo(path: string, made: readonly string[]): void {
  try {
    removeDatabase(path);
    for (const folder of made.toReversed()) rmdirSync(folder);
  } catch {
    // Somebody else may have put something there.
  }
}

/** Makes a file's bytes, or the names in a folder, durable. */
function syncPath(path: string): void {
  if (process.platform === "win32") return;
  const opened = openSync(path, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

import { APPLICATION_ID, JOURNAL_VERSION, JournalError } from "./journal-format.ts";
import { openDatabase } from "./open-database.ts";
import { sqliteFault } from "./sqlite-fault.ts";

/**
 * Opens the database of a journal that is there.
 * @throws JournalError for a file that is no journal, one of a newer version, a damaged one, and one that
 * cannot be read where it lies.
 */
export function openJournal(path: string, mode: "read" | "write"): DatabaseSync {
  try {
    return checked(path, { readOnly: mode === "read" });
  } catch (error) {
    const { message } = error as Error;
    const told = (words: string): JournalError =>
      new JournalError(`${path} ${words}: ${message}`, { cause: error });
    switch (sqliteFault(error)) {
      case "no database":
        throw told("is no journal of fanfetch");
      case "damaged":
        throw told("is damaged");
      case "cannot open":
        if (mode === "write") throw error;
        // To read beside a writer SQLite makes two files. Where it may make none nobody writes, and without a
        // log of changes the file is all there is.
        if (isWithoutLog(path)) return checked(unchanging(path), { readOnly: true });
        throw told("cannot be read where nothing may be written; copy its directory elsewhere");
      case "other":
      case undefined:
        throw error;
    }
  }
}

/** Whoever has only read may leave an empty one. */
function isWithoutLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/** As a URI (sqlite.org/uri.html) of a file that nobody changes. */
function unchanging(path: string): string {
  return `${pathToFileURL(path).href}?immutable=1`;
}

function checked(path: string, options: { readonly readOnly: boolean }): DatabaseSync {
  // Whoever reads beside a process that just takes its run over waits for it.
  const database = openDatabase(path, { ...options, timeout: 2_000 });
  try {
    checkVersion(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function checkVersion(database: DatabaseSync, path: string): void {
  const number = (pragma: string): number =>
    Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get()!)[0]);
  if (number("application_id") !== APPLICATION_ID) {
    throw new JournalError(`${path} is no journal of fanfetch`);
  }
  const version = number("user_version");
  if (version > JOURNAL_VERSION) {
    throw new JournalError(
      `${path} was written by a newer fanfetch (format ${version}, this one reads up to ${JOURNAL_VERSION})`,
    );
  }
}

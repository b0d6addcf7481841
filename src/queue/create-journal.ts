import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { createTables, JOURNAL_FILE } from "./journal-format.ts";

/**
 * Makes the journal of a new run in `directory`, which may hold none, with its first facts (JSON by
 * name); durable when this returns, its name included. Synchronous, for the journal's thread.
 * @throws the system's and SQLite's errors.
 */
export function createJournal(directory: string, facts: Readonly<Record<string, string>>): void {
  const made = mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, JOURNAL_FILE);
  // Made before SQLite does, so that nobody else reads what is asked of whom.
  closeSync(openSync(path, "a", 0o600));
  using database = new DatabaseSync(path);
  createTables(database, facts);
  syncFolder(directory);
  if (made === undefined) return;
  for (let folder = directory; folder.length >= made.length;) {
    folder = dirname(folder);
    syncFolder(folder);
  }
}

/** Makes the names in a folder durable. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

import type { DatabaseSync, DatabaseSyncOptions } from "node:sqlite";

/** Opens a SQLite database. Beware: SQLite is loaded here and not before, most commands have no journal. */
export function openDatabase(path: string, options: DatabaseSyncOptions = {}): DatabaseSync {
  const { DatabaseSync: Database } = process.getBuiltinModule("node:sqlite");
  return new Database(path, options);
}

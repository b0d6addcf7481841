import { JournalError } from "./journal-format.ts";

/** Result codes of SQLite, sqlite.org/rescode.html. */
const CORRUPT = 11;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

/** What SQLite refused for: a file that is not as it was written, or one that cannot be opened. */
export type SqliteFault = "damaged" | "no database" | "cannot open" | "other";

/** The kind of an error of `node:sqlite`; undefined for any other error. */
export function sqliteFault(error: unknown): SqliteFault | undefined {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: number };
  if (code !== "ERR_SQLITE_ERROR" || errcode === undefined) return undefined;
  switch (errcode & 0xff) {
    case CORRUPT:
      return "damaged";
    case NOT_A_DATABASE:
      return "no database";
    case CANNOT_OPEN:
      return "cannot open";
    default:
      return "other";
  }
}

/** A refusal of SQLite while a journal is read, as one of the journal; any other error as it is. */
export function readFault(error: unknown, directory?: string): unknown {
  if (sqliteFault(error) === undefined) return error;
  const which = directory === undefined ? "the journal" : `the journal in ${directory}`;
  return new JournalError(`${which} cannot be read: ${(error as Error).message}`, { cause: error });
}

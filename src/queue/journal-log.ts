import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";

import { DoneRows } from "./done-rows.ts";
import { JournalError, schemaSeal } from "./journal-format.ts";
import { readFact } from "./sealed-rows.ts";
import { RecordCursor } from "./record-cursor.ts";

/** One group commit of the log. */
export interface LoggedGroup {
  readonly session: number;
  /** Packed records. */
  readonly records: Uint8Array;
}

/** The groups of a log, each checked. @throws JournalError where one is damaged or missing. */
export function* readGroups(database: DatabaseSync, directory: string): Generator<LoggedGroup> {
  let expected = 1;
  for (const found of database.prepare("SELECT * FROM outcomes ORDER BY id").iterate()) {
    const records = blobOf(found["records"]);
    if (found["id"] !== expected || crc32(records) !== found["checksum"]) {
      throw damaged(directory, `group ${expected} is not as it was written`);
    }
    expected += 1;
    yield { session: found["session"] as number, records };
  }
}

/**
 * The rows that are done, as the list in the journal says and its log confirms.
 * @throws JournalError where either is damaged or they differ.
 */
export function readDone(database: DatabaseSync, directory: string): DoneRows {
  const done = readDoneList(database, directory);
  const logged = new DoneRows();
  for (const { records } of readGroups(database, directory)) {
    for (const cursor = new RecordCursor(records); cursor.next();) {
      if (cursor.kind === "owed") logged.remove(cursor.row);
      else logged.add(cursor.row);
    }
  }
  const differs = [...logged.units()].some(
    ([unit, bits]) => Buffer.compare(bits, done.unit(unit)) !== 0,
  );
  if (logged.count === done.count && !differs) return done;
  throw damaged(directory, "its log and its list of what is done differ");
}

/** The rows that are done, as the list in the journal says. @throws JournalError where it is damaged. */
export function readDoneList(database: DatabaseSync, directory: string): DoneRows {
  const done = new DoneRows();
  for (const found of database.prepare("SELECT * FROM done").iterate()) {
    const bits = blobOf(found["bits"]);
    if (crc32(bits) !== found["checksum"]) throw damaged(directory, "its list of what is done");
    done.load(found["unit"] as number, bits);
  }
  return done;
}

/** Whether SQLite can find every row that is there. @throws JournalError */
export function checkStructure(database: DatabaseSync, path: string): void {
  const schema = readFact(database, "schema");
  // SQLite takes a definition as it reads it, a letter that flipped included.
  if (schema !== String(schemaSeal(database))) {
    throw new JournalError(`${path} is damaged: its tables are not as they were made`);
  }
  const [found = {}] = database.prepare("PRAGMA quick_check(1)").all();
  const [text] = Object.values(found);
  if (text !== "ok") throw new JournalError(`${path} is damaged: ${String(text)}`);
}

const NOTHING = new Uint8Array();

/** What a damaged table has in place of bytes fits no checksum. */
function blobOf(found: unknown): Uint8Array {
  return found instanceof Uint8Array ? found : NOTHING;
}

function damaged(directory: string, what: string): JournalError {
  return new JournalError(`the journal in ${directory} is damaged: ${what}`);
}

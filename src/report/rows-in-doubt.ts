import { DoneRows } from "../queue/done-rows.ts";
import type { JournalStore } from "../queue/journal-store.ts";

/**
 * Rows whose request is not safe to repeat, may have left, and has no outcome, in their order. While
 * the run goes on these are those on their way.
 */
export function rowsInDoubt({ database }: JournalStore): readonly number[] {
  const intents = database.prepare("SELECT row FROM intent ORDER BY row").all();
  if (intents.length === 0) return [];
  const done = new DoneRows();
  for (const found of database.prepare("SELECT unit, bits FROM done").iterate()) {
    done.load(found["unit"] as number, found["bits"] as Uint8Array);
  }
  return intents.map(({ row }) => row as number).filter((row) => !done.has(row));
}

import type { JournalStore } from "../queue/journal-store.ts";
import type { OutcomeDetail } from "../queue/outcome-detail.ts";

/** Reads what the journal keeps of a row beside its record; undefined where that says it all. */
export type DetailOf = (row: number) => OutcomeDetail | undefined;

/** A reader of details over one statement. */
export function detailReader({ database }: JournalStore): DetailOf {
  const select = database.prepare("SELECT text FROM detail WHERE row = ?");
  return (row) => {
    const found = select.get(row);
    return found === undefined ? undefined : (JSON.parse(found["text"] as string) as OutcomeDetail);
  };
}

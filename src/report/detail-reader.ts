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

/** The same for whoever asks for rows in their order only: one pass over all details. */
export function detailsInOrder({ database }: JournalStore): DetailOf {
  const details = database.prepare("SELECT row, text FROM detail ORDER BY row").iterate();
  let next = details.next();
  return (row) => {
    while (next.done !== true && (next.value["row"] as number) < row) next = details.next();
    if (next.done === true || next.value["row"] !== row) return undefined;
    return JSON.parse(next.value["text"] as string) as OutcomeDetail;
  };
}

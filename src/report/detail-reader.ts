import type { JournalStore } from "../queue/journal-store.ts";
import type { OutcomeDetail } from "../queue/outcome-detail.ts";
import { storedJson } from "../queue/stored-json.ts";

const DETAIL = "what it keeps of a row";

/** Reads what the journal keeps of a row beside its record; undefined where that says it all. */
export type DetailOf = (row: number) => OutcomeDetail | undefined;

/** A reader of details over one statement. */
export function detailReader({ database }: JournalStore): DetailOf {
  const select = database.prepare("SELECT text FROM detail WHERE row = ?");
  return (row) => {
    const found = select.get(row);
    return found === undefined ? undefined : storedJson<OutcomeDetail>(found["text"], DETAIL);
  };
}

/** The same for whoever asks for rows in their order only: one pass over all details. */
export function detailsInOrder({ database }: JournalStore): DetailOf {
  const details = database.prepare("SELECT row, text FROM detail ORDER BY row").iterate();
  let next = details.next();
  return (row) => {
    while (next.done !== true && (next.value["row"] as number) < row) next = details.next();
    if (next.done === true || next.value["row"] !== row) return undefined;
    return storedJson<OutcomeDetail>(next.value["text"], DETAIL);
  };
}

import { UsageError } from "../core/usage-error.ts";
import { JournalError } from "../queue/journal-format.ts";
import { JournalStore } from "../queue/journal-store.ts";

/** Opens the journal of a run to read it. @throws UsageError for one that cannot be read. */
export function openToRead(directory: string): JournalStore {
  try {
    return JournalStore.open(directory, "read");
  } catch (error) {
    throw readError(error);
  }
}

/** A journal that cannot be read, in one sentence. */
export function readError(error: unknown): unknown {
  return error instanceof JournalError ? new UsageError(error.message, { cause: error }) : error;
}

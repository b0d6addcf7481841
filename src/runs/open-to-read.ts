import { UsageError } from "../core/usage-error.ts";
import { JournalError } from "../queue/journal-format.ts";
import { JournalStore } from "../queue/journal-store.ts";
import { readFault } from "../queue/sqlite-fault.ts";

/** Opens the journal of a run to read it. @throws UsageError for one that cannot be read. */
export function openToRead(directory: string): JournalStore {
  try {
    return JournalStore.open(directory, "read");
  } catch (error) {
    throw readError(error, directory);
  }
}

/** What is wrong with a journal that cannot be read, at whatever place that is noticed, in one sentence. */
export function readError(error: unknown, directory?: string): unknown {
  const told = readFault(error, directory);
  return told instanceof JournalError ? new UsageError(told.message, { cause: error }) : error;
}

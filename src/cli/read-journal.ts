import type { JournalStore } from "../queue/journal-store.ts";
import { openToRead, readError } from "../runs/open-to-read.ts";

/**
 * Reads something of a run's journal, which is closed afterwards.
 * @throws UsageError where it cannot be read, at whatever place that is noticed.
 */
export async function readJournal<T>(
  directory: string,
  read: (store: JournalStore) => Promise<T>,
): Promise<T> {
  try {
    using store = openToRead(directory);
    return await read(store);
  } catch (error) {
    throw readError(error, directory);
  }
}

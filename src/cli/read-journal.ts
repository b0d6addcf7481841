import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
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
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ERR_SQLITE_ERROR") throw readError(error);
    throw new UsageError(`the journal in ${visible(directory)} cannot be read: ${message}`, {
      cause: error,
    });
  }
}

import { readSessions } from "./describe-run.ts";
import { RunLocked } from "./journal-format.ts";
import { JournalStore } from "./journal-store.ts";
import { lockRun } from "./run-lock.ts";

/** Locks a run for this process. @throws RunLocked that names the process which has it. */
export function lockedRun(directory: string): Disposable {
  try {
    return lockRun(directory);
  } catch (error) {
    if (!(error instanceof RunLocked)) throw error;
    throw new RunLocked(`${directory} is being run by process ${ownerOf(directory)}`);
  }
}

function ownerOf(directory: string): string {
  using journal = JournalStore.open(directory, "read");
  const last = readSessions(journal).at(-1);
  return last === undefined ? "that is just starting" : String(last.pid);
}

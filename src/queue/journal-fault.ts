import { accessSync, constants } from "node:fs";
import { join } from "node:path";

import { isRefusal, systemWords } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import { JOURNAL_FILE, JournalError, NoLocks, RunLocked } from "./journal-format.ts";
import type { JournalFault } from "./journal-messages.ts";
import { sqliteFault } from "./sqlite-fault.ts";

/** Which run an error is about. */
export interface FaultedRun {
  /** Its directory, where it is known. */
  readonly directory: string | undefined;
  /** While it is being opened a name may be wrong; later only the disk is to blame. */
  readonly state: "opening" | "open";
}

/** What an error of the journal means, in a form that crosses threads. */
export function faultOf(error: unknown, { directory, state }: FaultedRun): JournalFault {
  const { message, stack, errno } = error as Error & { errno?: number };
  if (error instanceof RunLocked) return { kind: "locked", message };
  if (error instanceof NoLocks || error instanceof UsageError) return { kind: "usage", message };
  if (error instanceof JournalError) return { kind: "journal", message };
  const path = directory === undefined ? "the run's directory" : join(directory, JOURNAL_FILE);
  const fault = sqliteFault(error);
  if (fault === "damaged" || fault === "no database")
    return { kind: "journal", message: `${path} is damaged: ${message}` };
  if (fault !== undefined) {
    const why = (fault === "cannot open" && whyNotWritten(directory)) || message;
    return { kind: "disk", message: `cannot write ${path}: ${why}` };
  }
  if (typeof errno === "number") {
    const reason = systemWords(error as NodeJS.ErrnoException);
    if (state === "open" || isRefusal(error)) {
      return { kind: "disk", message: `cannot write ${path}: ${reason}` };
    }
    const { path: name = path } = error as NodeJS.ErrnoException;
    return { kind: "usage", message: `${name}: ${reason}` };
  }
  return { kind: "bug", message, stack };
}

/** SQLite says no more than that it cannot open a file; the system knows why. */
function whyNotWritten(directory: string | undefined): string | undefined {
  if (directory === undefined) return undefined;
  try {
    accessSync(directory, constants.W_OK);
    return undefined;
  } catch (error) {
    return systemWords(error as NodeJS.ErrnoException);
  }
}

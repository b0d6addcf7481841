import { join } from "node:path";

import { isRefusal, systemWords } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import { JOURNAL_FILE, JournalError, NoLocks, RunLocked } from "./journal-format.ts";
import type { JournalFault } from "./journal-messages.ts";

/** Result codes of SQLite (sqlite.org/rescode.html) that mean a file that is not as it was written. */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

/** Which run an error is about. */
export interface FaultedRun {
  /** Its directory, where it is known. */
  readonly directory: string | undefined;
  /** While it is being opened a name may be wrong; later only the disk is to blame. */
  readonly state: "opening" | "open";
}

/** What an error of the journal means, in a form that crosses threads. */
export function faultOf(error: unknown, { directory, state }: FaultedRun): JournalFault {
  const { message, stack, errcode, errno, code } = error as Error & {
    errcode?: number;
    errno?: number;
    code?: string;
  };
  if (error instanceof RunLocked) return { kind: "locked", message };
  if (error instanceof NoLocks || error instanceof UsageError) return { kind: "usage", message };
  if (error instanceof JournalError) return { kind: "journal", message };
  const path = directory === undefined ? "the run's directory" : join(directory, JOURNAL_FILE);
  if (errcode !== undefined && code === "ERR_SQLITE_ERROR") {
    if (DAMAGED.has(errcode & 0xff)) {
      return { kind: "journal", message: `${path} is damaged: ${message}` };
    }
    return { kind: "disk", message: `cannot write ${path}: ${message}` };
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

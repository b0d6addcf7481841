import { join } from "node:path";
import { getSystemErrorMessage } from "node:util";

import { UsageError } from "../core/usage-error.ts";
import { JOURNAL_FILE, JournalError, NoLocks, RunLocked } from "./journal-format.ts";
import type { JournalFault } from "./journal-messages.ts";

/** Result codes of SQLite (sqlite.org/rescode.html) that mean a file that is not as it was written. */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

/** What an error of the journal means, in a form that crosses threads. */
export function faultOf(error: unknown, directory: string | undefined): JournalFault {
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
    return { kind: "disk", message: `cannot write ${path}: ${getSystemErrorMessage(errno)}` };
  }
  return { kind: "bug", message, stack };
}

import { getSystemErrorMessage } from "node:util";

import { visible } from "../formats/visible.ts";
import { DiskError } from "../core/disk-error.ts";
import { ClosedPipe } from "./sink.ts";

const GONE: ReadonlySet<string | undefined> = new Set([
  "EPIPE",
  "ECONNRESET",
  "EOF",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_WRITE_AFTER_END",
]);

/** What an error while writing means for the run: the reader has gone, or the disk refuses. */
export function outputError(path: string, error: unknown): DiskError | ClosedPipe {
  if (error instanceof DiskError || error instanceof ClosedPipe) return error;
  if (GONE.has((error as NodeJS.ErrnoException).code)) {
    return new ClosedPipe(`the reader of ${visible(path)} has gone`, { cause: error });
  }
  return new DiskError(`cannot write ${visible(path)}: ${reasonOf(error)}`, { cause: error });
}

/** The system's words for an error of its own (`no space left on device`), else the error's message. */
export function reasonOf(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return visible(typeof errno === "number" ? getSystemErrorMessage(errno) : message);
}

/** The code of a system error (`ENOSPC`), or undefined. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

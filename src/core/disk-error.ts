import { getSystemErrorMessage } from "node:util";

/** The disk refused: nothing more can be written, what was written before is whole. */
export class DiskError extends Error {
  override readonly name = "DiskError";
}

/** What a system says that will not write here, whatever the name; others mean that the name is wrong. */
const REFUSALS: ReadonlySet<unknown> = new Set(
  "EACCES EFBIG EIO EMFILE ENFILE ENOSPC EPERM EROFS".split(" "),
);

/** EDQUOT, which libuv has no name for. */
const QUOTA_USED_UP = process.platform === "darwin" ? -69 : -122;

/** Whether a system's error is the disk's refusal to write, and not a wrong name: no folder there, a folder in place of a file. */
export function isRefusal(error: unknown): boolean {
  const { code, errno } = (error ?? {}) as NodeJS.ErrnoException;
  return REFUSALS.has(code) || errno === QUOTA_USED_UP;
}

/** The system's words for an error of its own (`no space left on device`), else the error's message. */
export function systemWords({ errno, message }: NodeJS.ErrnoException): string {
  if (typeof errno !== "number") return message;
  // Those of `fs.rm` alone are positive.
  const number = -Math.abs(errno);
  return number === QUOTA_USED_UP ? "disk quota exceeded" : getSystemErrorMessage(number);
}

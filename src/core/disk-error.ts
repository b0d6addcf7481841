/** The disk refused: nothing more can be written, what was written before is whole. */
export class DiskError extends Error {
  override readonly name = "DiskError";
}

/** What a system says that will not write here, whatever the name; others mean that the name is wrong. */
const REFUSALS: ReadonlySet<unknown> = new Set(
  "EACCES EDQUOT EFBIG EIO EMFILE ENFILE ENOSPC EPERM EROFS".split(" "),
);

/** Whether a system's error is the disk's refusal to write, and not a wrong name: no folder there, a folder in place of a file. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.has((error as { code?: unknown } | null | undefined)?.code);
}

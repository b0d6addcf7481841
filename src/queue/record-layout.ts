import { FAILURE_CODES, type FailureCode } from "../core/failure.ts";

/** What became of a row; `owed`: an earlier outcome was taken back, to be asked again. */
export type RecordKind = "answered" | "failed" | "skipped" | "owed";

/** Bytes of one record. Beware: written to disk; another layout is another version of the format. */
export const RECORD_BYTES = 80;

export const KINDS: readonly RecordKind[] = ["answered", "failed", "skipped", "owed"];
export const WORDS = RECORD_BYTES / 4;
export const DUPLICATE = 4;
export const REUSED = 8;
/** Index of the first time, as 32-bit words. */
export const TIMES = 11;

/** The code of a failure in the word of flags. */
export function codeOf(flags: number): FailureCode | undefined {
  const code = (flags >>> 8) & 0xff;
  return code === 0 ? undefined : FAILURE_CODES[code - 1];
}

import type { FailureCode } from "../core/failure.ts";

/** What a run has of one thing that it asked for. Sizes in bytes. */
export interface Found {
  readonly row: number;
  readonly kind: "answered" | "failed" | "skipped";
  readonly code: FailureCode | null;
  /** Null where no answer came. */
  readonly status: number | null;
  readonly bytes: number;
  /** CRC-32 of the body; null where nobody counted it. */
  readonly checksum: number | null;
  /** The first 16 bytes of the SHA-256 of a kept body, in hex. */
  readonly hash: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/**
 * What became of a thing from one run to another. `failed`: it was answered before, and now nothing is
 * known of it; `unanswered`: in neither run, which is no difference.
 */
export type Change = "same" | "new" | "changed" | "gone" | "failed" | "unanswered";

/** By what two answers were told apart, or were not. */
export type ToldBy = "answer" | "status" | "content" | "etag" | "last-modified" | "size";

/** A change, and what tells of it. */
export interface Judgement {
  readonly change: Change;
  readonly by: ToldBy;
}

/** Statuses by which a server says that a thing is not there (RFC 9110 §15.5.5, §15.5.11). */
const GONE: ReadonlySet<number | null> = new Set([404, 410]);

/** Tells what became of a thing; undefined is a run that did not ask for it. */
export function judge(before: Found | undefined, after: Found | undefined): Judgement {
  if (after?.kind === "answered") {
    return before?.kind === "answered" ? compare(before, after) : { change: "new", by: "answer" };
  }
  if (before?.kind !== "answered") return { change: "unanswered", by: "answer" };
  // What leads to another thing by now is not there any more by itself.
  const isGone = after === undefined || GONE.has(after.status) || after.code === "E_DUPLICATE";
  return { change: isGone ? "gone" : "failed", by: "answer" };
}

/**
 * Two answers, by what tells most: their content as a hash; else their ETag or Last-Modified, where both
 * have one; else no more than their size.
 */
function compare(before: Found, after: Found): Judgement {
  const told = (by: ToldBy, isSame: boolean): Judgement => ({
    change: isSame ? "same" : "changed",
    by,
  });
  if (before.status !== after.status) return told("status", false);
  if (before.bytes !== after.bytes && before.checksum !== null && after.checksum !== null) {
    return told("content", false);
  }
  if (before.hash !== null && after.hash !== null) {
    return told("content", before.hash === after.hash);
  }
  if (before.checksum !== null && after.checksum !== null) {
    return told("content", before.checksum === after.checksum);
  }
  if (before.etag !== null && after.etag !== null) {
    return told("etag", before.etag === after.etag);
  }
  if (before.lastModified !== null && after.lastModified !== null) {
    return told("last-modified", before.lastModified === after.lastModified);
  }
  return told("size", before.bytes === after.bytes);
}

import { type ResponseHeaders, responseHeader } from "../core/headers.ts";
import { parseContentRange } from "./content-range.ts";
import type { PartialFile } from "./resume-request.ts";

/** The head of an answer to a request for the rest of a file. */
export interface ResumeAnswer {
  readonly status: number;
  readonly headers: ResponseHeaders;
}

/** What the answer to a request for the rest of a file means. */
export type ResumeDecision =
  /**
   * The body goes on from byte `first`. Its first `overlapBytes` are there already: they must be equal,
   * or else everything begins anew. `end` is where the file then stands; it is whole once that is
   * `total`, else more is to be asked for.
   */
  | {
      readonly action: "continue";
      readonly first: number;
      readonly overlapBytes: number;
      readonly end: number;
      readonly total: number | undefined;
    }
  /** The body is a whole file by itself: it replaces what there was. */
  | { readonly action: "replace" }
  /** What there is, is the whole file. */
  | { readonly action: "done" }
  /** The body is of no use: forget what there was and ask without Range. */
  | { readonly action: "restart"; readonly reason: RestartReason }
  /** No answer to the question: what there is stays, the status is judged as any other. */
  | { readonly action: "fail" };

/** Why nothing of what was there can be kept. */
export type RestartReason =
  | "changed"
  | "other range"
  | "no range"
  | "other total"
  | "content coding";

/**
 * Decides from an answer's head what becomes of a file that was begun, so that bytes of two files are
 * never joined: only a 206 of just the range that was asked for, of the same validator and the same
 * total, is a continuation (RFC 9110 §15.3.7). `first` is the byte asked for, of `resumeRequest`.
 */
export function decideResume(
  partial: PartialFile,
  first: number,
  { status, headers }: ResumeAnswer,
): ResumeDecision {
  if (status === 200) return { action: "replace" };
  const range = parseContentRange(responseHeader(headers, "content-range"));
  if (status === 416) {
    if (hasOtherValidator(partial, headers)) return restart("changed");
    if (range?.kind !== "unsatisfied") return restart("no range");
    const isWhole = range.total === partial.bytes && !contradicts(partial.total, range.total);
    return isWhole ? { action: "done" } : restart("other total");
  }
  if (status !== 206) return { action: "fail" };
  if (hasOtherValidator(partial, headers)) return restart("changed");
  if (range?.kind !== "range") return restart("no range");
  const { last, total } = range;
  const end = last + 1;
  // An answer that brings nothing new would be asked for again and again.
  const isOfUse = end > partial.bytes || (end === partial.bytes && end === total);
  if (range.first !== first || !isOfUse) return restart("other range");
  if (contradicts(partial.total, total)) return restart("other total");
  const coding = responseHeader(headers, "content-encoding")?.trim().toLowerCase() ?? "";
  if (coding !== "" && coding !== "identity") return restart("content coding");
  const overlapBytes = partial.bytes - first;
  return { action: "continue", first, overlapBytes, end, total: total ?? partial.total };
}

function restart(reason: RestartReason): ResumeDecision {
  return { action: "restart", reason };
}

/** A server may ignore If-Range: whatever it says of the file must then be what was said before. */
function hasOtherValidator({ validator }: PartialFile, headers: ResponseHeaders): boolean {
  const field = validator?.startsWith('"') === true ? "etag" : "last-modified";
  const given = responseHeader(headers, field)?.trim();
  return given !== undefined && given !== validator;
}

function contradicts(known: number | undefined, told: number | undefined): boolean {
  return known !== undefined && told !== undefined && known !== told;
}

import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";

/** Why the pages of a list ended before the list did. The pages before are kept. */
export interface PageFault {
  readonly kind:
    /** The next page is one that was already read. */
    | "page-loop"
    /** There are more pages than allowed. */
    | "page-limit"
    /** A page could not be had. */
    | "page-failed"
    /** The next page lies at an origin that was not declared. */
    | "page-elsewhere"
    /** What should lead to the next page does not. */
    | "page-unreadable"
    /** A token did not come to work. */
    | "token-not-ready";
  /** One sentence; names no value that the server gave. */
  readonly words: string;
}

/** The failure of a list whose pages did not come to their end: E_POLICY for one that leads away, else E_PAGES. */
export function pageFailure(fault: PageFault, request: HttpRequest): Failure {
  const code = fault.kind === "page-elsewhere" ? "E_POLICY" : "E_PAGES";
  return new Failure(code, fault.words, { request });
}

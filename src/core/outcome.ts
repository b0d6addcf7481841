import type { Call } from "./call.ts";
import { Failure, type FailureCode } from "./failure.ts";
import type { HttpRequest } from "./request.ts";
import type { HttpResponse } from "./response.ts";

/** An acceptable answer. */
export interface Answered {
  readonly kind: "answered";
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly call: Call;
  /** Where its body is saved, below the folder of the run's files, where that is found out only then. */
  readonly saved?: SavedAs | undefined;
}

/** A file that holds a body, and the SHA-256 of its bytes in hex. */
export interface SavedAs {
  readonly file: string;
  readonly sha256: string;
}

/** No acceptable answer, and why. */
export interface Failed {
  readonly kind: "failed";
  readonly request: HttpRequest;
  readonly failure: Failure;
  readonly call: Call;
}

/** Deliberately not asked, and why. */
export interface Skipped {
  readonly kind: "skipped";
  readonly request: HttpRequest;
  readonly failure: Failure;
  readonly call: Call;
}

/** What became of a request. Failing is data. */
export type Outcome = Answered | Failed | Skipped;

/** Refusals of our own that are no fault: the row is skipped. */
const SKIPPING: ReadonlySet<FailureCode> = new Set<FailureCode>(["E_ROBOTS", "E_DUPLICATE"]);

/**
 * The outcome of a rejected Send.
 * @throws the error itself when it is not a Failure: a programming error stops the run.
 */
export function outcomeOfError(request: HttpRequest, call: Call, error: unknown): Outcome {
  if (!(error instanceof Failure)) throw error;
  const isSkipped = SKIPPING.has(error.code) || error.ruling === "skip";
  const kind = isSkipped ? "skipped" : "failed";
  return { kind, request, failure: error, call };
}

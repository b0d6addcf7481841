import type { HttpRequest } from "./request.ts";
import type { HttpResponse } from "./response.ts";

/** Why there is no acceptable answer; `docs/failures.md` says what each means and what to do. */
export const FAILURE_CODES = [
  "E_URL",
  "E_DNS",
  "E_CONNECT",
  "E_TLS",
  "E_RESET",
  "E_TIMEOUT",
  "E_TRUNCATED",
  "E_PROTOCOL",
  "E_STATUS",
  "E_RULE",
  "E_TOO_LARGE",
  "E_REDIRECT",
  "E_DECODE",
  "E_PARSE",
  "E_POLICY",
  "E_PROXY",
  "E_AUTH",
  "E_ROBOTS",
  "E_DUPLICATE",
  "E_ABORTED",
  "E_UNKNOWN_EFFECT",
  "E_DISK",
  "E_HOOK",
  "E_PAGES",
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];

/** Beyond failing: a row is skipped, or its answer is set apart to be looked at. */
export type Ruling = "skip" | "quarantine";

/** What is known of a failure besides its code and its sentence. */
export interface FailureDetails {
  readonly request: HttpRequest;
  /** The answer that was refused, where there was one. */
  readonly response?: HttpResponse | undefined;
  readonly cause?: unknown;
  /** Whether the same request may succeed later; the retry policy reads this and the status. */
  readonly transient?: boolean;
  /** Whether the server cannot have seen the request: it may be sent again whatever its method. */
  readonly unsent?: boolean;
  /** Time from leaving to failing, in milliseconds, where it left at all. */
  readonly elapsedMs?: number;
  /** What a rule of the user's says is to become of the row, where it is not to fail. */
  readonly ruling?: Ruling | undefined;
}

/** The one error of a request: a code for programs, a sentence for people, and the evidence. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  readonly request: HttpRequest;
  readonly response: HttpResponse | undefined;
  readonly transient: boolean;
  readonly unsent: boolean;
  readonly elapsedMs: number | undefined;
  readonly ruling: Ruling | undefined;

  constructor(code: FailureCode, message: string, details: FailureDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.request = details.request;
    this.response = details.response;
    this.transient = details.transient ?? false;
    this.unsent = details.unsent ?? false;
    this.elapsedMs = details.elapsedMs;
    this.ruling = details.ruling;
  }
}

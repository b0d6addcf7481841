import type { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";

/** What a retry policy needs to know. */
export interface RetryPolicyOptions {
  /** Times a failed request is sent again. */
  readonly retries: number;
  /** A longer Retry-After is not waited for. Milliseconds. */
  readonly maxRetryAfterMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** How an attempt ended: with a failure of the wire, or with an answer. */
export interface AttemptEnd {
  readonly request: HttpRequest;
  /** Attempts made so far that count, this one included. */
  readonly attempt: number;
  /** Waits so far that cost no attempt. */
  readonly holds: number;
  readonly failure: Failure | undefined;
  readonly status: number | undefined;
  /** What the answer's Retry-After says. Milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Whether and when to send again; a hold that the server asked for costs no attempt. */
export type RetryDecision =
  | {
      readonly action: "retry";
      readonly delayMs: number;
      readonly reason: string;
      readonly costs: "an-attempt" | "nothing";
    }
  | { readonly action: "give-up"; readonly reason: string };

/** Decides, never waits. */
export interface RetryPolicy {
  decide(end: AttemptEnd): RetryDecision;
}

/** Statuses that may pass: timeouts, too early, overload, gateways (RFC 9110 §15.5.9, §15.6; RFC 8470; RFC 6585). */
const TRANSIENT_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);
/** Of these the server says that it did not do what was asked: safe to repeat whatever the method. */
const UNPROCESSED_STATUSES = new Set([425, 429]);

const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 30_000;
/** Holds that cost no attempt, until a server that only ever says "later" counts as failing. */
const MOST_HOLDS = 100;

/**
 * Exponential back-off with full jitter: a uniform choice between 0 and the doubled step (M. Brooker,
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), so that clients that failed together
 * do not come back together.
 */
export function createRetryPolicy(options: RetryPolicyOptions): RetryPolicy {
  const backoffMs = (attempt: number): number =>
    options.random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));

  return {
    decide({ request, attempt, holds, failure, status, retryAfterMs }) {
      const refusal = whyNot(request, failure, status, retryAfterMs);
      if (refusal !== undefined) return { action: "give-up", reason: refusal };
      const reason = failure?.code ?? `status ${status}`;
      const isHold = retryAfterMs !== undefined && (status === 429 || status === 503);
      if (isHold) {
        if (retryAfterMs > options.maxRetryAfterMs) {
          return { action: "give-up", reason: "its Retry-After is longer than is waited for" };
        }
        if (holds >= MOST_HOLDS) return { action: "give-up", reason: `held ${holds} times` };
        return { action: "retry", delayMs: retryAfterMs, reason, costs: "nothing" };
      }
      const most = isNoSuchName(failure) ? Math.min(1, options.retries) : options.retries;
      if (attempt > most)
        return { action: "give-up", reason: `${reason} after ${attempt} attempts` };
      return { action: "retry", delayMs: backoffMs(attempt), reason, costs: "an-attempt" };
    },
  };
}

function whyNot(
  request: HttpRequest,
  failure: Failure | undefined,
  status: number | undefined,
  retryAfterMs: number | undefined,
): string | undefined {
  if (failure !== undefined) {
    if (!failure.transient) return `${failure.code} does not pass`;
    if (!request.idempotent && !failure.unsent) return "it may have had its effect";
    return undefined;
  }
  if (!TRANSIENT_STATUSES.has(status!)) return `status ${status} does not pass`;
  const isUnprocessed =
    UNPROCESSED_STATUSES.has(status!) || (status === 503 && retryAfterMs !== undefined);
  return request.idempotent || isUnprocessed ? undefined : "it may have had its effect";
}

/** A name that does not exist seldom begins to: asked once more, not four times (FAULTS row 1). */
function isNoSuchName(failure: Failure | undefined): boolean {
  return (
    failure?.code === "E_DNS" &&
    (failure.cause as NodeJS.ErrnoException | undefined)?.code === "ENOTFOUND"
  );
}

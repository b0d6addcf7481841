import type { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HostHealth } from "./breaker.ts";
import { isOwnShortage } from "./own-shortage.ts";

/** How persistent to be. */
export interface RetryOptions {
  /** Times a failed request is sent again. */
  readonly retries: number;
  /** A longer Retry-After is cut to this. */
  readonly maxRetryAfterMs: number;
  /** What becomes of a request that was held 100 times over while its host lets in nobody else. @default "give up" */
  readonly whenHeld?: "give up" | "wait" | undefined;
  /** A number from 0 to below 1, as Math.random's; a test's is seeded. */
  readonly random: () => number;
}

/** What is known when a request came back without an acceptable answer. */
export interface Setback {
  readonly request: HttpRequest;
  /** Times it was sent so far, free repeats not counted: 1 after the first. */
  readonly attempt: number;
  /** Free repeats so far. @default 0 */
  readonly repeats?: number | undefined;
  /** Why there is no answer; an E_STATUS is judged by its answer's status. */
  readonly failure?: Failure | undefined;
  /** The status that came back, where something came back. */
  readonly status?: number | undefined;
  /** Whether a status that says something else was about how much is asked (403 with a limit used up). @default false */
  readonly isLimited?: boolean | undefined;
  /** The wait that the server asked for (`parseRetryAfter`). */
  readonly retryAfterMs?: number | undefined;
  /** How the host is: one that was given up is not asked again. @default up */
  readonly host?: HostHealth | undefined;
  /** Whether the host has accepted others just now: its 503 is about how much it is asked. @default false */
  readonly isHostAtWork?: boolean | undefined;
}

/** Why a request is not sent again. `may-have-happened`: doing it twice might do harm. */
export type GiveUpReason =
  | "not-retryable"
  | "may-have-happened"
  | "retries-used"
  | "host-given-up"
  | "held-too-often";

/** What to do: send again after `delayMs`, at the cost of one attempt or of a free repeat; or not. */
export type RetryDecision =
  | {
      readonly action: "retry";
      readonly delayMs: number;
      readonly cost: "attempt" | "free";
      /** For people and events: `status 503`, `E_RESET`. */
      readonly reason: string;
    }
  | { readonly action: "give-up"; readonly reason: GiveUpReason };

/** Decides what becomes of a request that failed; waits for nothing and remembers nothing. */
export interface RetryPolicy {
  decide(setback: Setback): RetryDecision;
}

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;

/** Free repeats of one request: a server that asks for patience for ever gets an end of it. */
export const MOST_REPEATS = 100;

/** Free repeats of one request after a 503 that names no wait, where its host is at work otherwise. */
const MOST_OVERLOADED = 4;

/** Waits for a descriptor of our own end at 1.6 s: others give theirs back all the time. */
const MOST_DOUBLED = 4;

/** Statuses that say "later" (RFC 9110 §15, RFC 6585 §4, RFC 8470 §5.2). */
const LATER: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * The policy for every request of a session. Sends again what may succeed later: statuses 408, 425,
 * 429, 500, 502, 503 and 504 and transient failures; a name that does not resolve once. A request
 * whose effect could be doubled is sent again only where the server cannot have acted on the first:
 * it never saw it, or refused it by 425, 429, or 503 with Retry-After.
 *
 * A 429, a 503 with Retry-After and a 403 whose host has a limit used up cost no attempt, and wait
 * exactly as long as asked, cut to `maxRetryAfterMs`; nor do the first four 503 of a host that accepts
 * others meanwhile, nor the first loss of a kept-alive connection before the server can have seen the
 * request, nor a connection for which this machine had no descriptor left. Every other wait is
 * exponential backoff with full jitter, from 200 ms doubling to 30 s (M. Brooker, "Exponential Backoff
 * And Jitter", AWS Architecture Blog, 2015), and not below a Retry-After.
 * @throws RangeError for retries that are no whole number from 0, or a negative `maxRetryAfterMs`.
 */
export function createRetryPolicy(options: RetryOptions): RetryPolicy {
  const { retries, maxRetryAfterMs, whenHeld, random } = options;
  if (!Number.isInteger(retries) || retries < 0) {
    throw new RangeError(`retries is a whole number from 0, not ${retries}`);
  }
  if (!(maxRetryAfterMs >= 0)) {
    throw new RangeError(`maxRetryAfterMs is 0 or more, not ${maxRetryAfterMs}`);
  }

  /** A uniform share of `base · 2^(attempt − 1)`, capped. */
  const backoff = (attempt: number): number =>
    random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));

  const counted = (setback: Setback, reason: string, most = retries): RetryDecision => {
    if (setback.attempt > Math.min(most, retries)) return giveUp("retries-used");
    if (setback.host === "given up") return giveUp("host-given-up");
    const delayMs = Math.max(backoff(setback.attempt), setback.retryAfterMs ?? 0);
    return { action: "retry", delayMs, cost: "attempt", reason };
  };

  const decideStatus = (setback: Setback, status: number): RetryDecision => {
    const { request, repeats = 0, isLimited = false } = setback;
    if (!LATER.has(status) && !isLimited) return giveUp("not-retryable");
    const retryAfterMs = setback.retryAfterMs && Math.min(setback.retryAfterMs, maxRetryAfterMs);
    const patience = status === 429 || isLimited || (status === 503 && retryAfterMs !== undefined);
    const refused = patience || status === 425;
    if (!refused && !request.idempotent) return giveUp("may-have-happened");
    const isOverloaded =
      status === 503 && setback.isHostAtWork === true && repeats < MOST_OVERLOADED;
    const reason = `status ${status}`;
    if ((!patience && !isOverloaded) || retries === 0)
      return counted({ ...setback, retryAfterMs }, reason);
    const mayWait = whenHeld === "wait" && setback.isHostAtWork !== true;
    if (repeats >= MOST_REPEATS && !mayWait) return giveUp("held-too-often");
    // "Now" from a server that has just refused would be a loop at full speed.
    const delayMs = retryAfterMs || backoff(repeats + 1);
    return { action: "retry", delayMs, cost: "free", reason };
  };

  const decideFailure = (setback: Setback, failure: Failure): RetryDecision => {
    if (failure.code === "E_DNS") {
      return counted(setback, failure.code, isNoSuchName(failure) ? 1 : retries);
    }
    if (!failure.transient) return giveUp("not-retryable");
    const repeats = setback.repeats ?? 0;
    if (failure.unsent && retries > 0 && repeats < MOST_REPEATS && isOwnShortage(failure)) {
      const delayMs = backoff(Math.min(repeats + 1, MOST_DOUBLED));
      return { action: "retry", delayMs, cost: "free", reason: failure.code };
    }
    if (!failure.unsent && !setback.request.idempotent) return giveUp("may-have-happened");
    const lostIdle = failure.unsent && failure.code === "E_RESET" && repeats === 0;
    if (lostIdle && retries > 0) {
      return { action: "retry", delayMs: 0, cost: "free", reason: failure.code };
    }
    return counted(setback, failure.code);
  };

  return {
    decide(setback) {
      const { failure } = setback;
      if (failure !== undefined && failure.code !== "E_STATUS") {
        return decideFailure(setback, failure);
      }
      const status = setback.status ?? failure?.response?.status;
      return status === undefined ? giveUp("not-retryable") : decideStatus(setback, status);
    },
  };
}

function giveUp(reason: GiveUpReason): RetryDecision {
  return { action: "give-up", reason };
}

/** Whether the resolver said that there is no such name, rather than that it could not say. */
function isNoSuchName(failure: Failure): boolean {
  const code = (failure.cause as { code?: unknown } | undefined)?.code;
  return code === "ENOTFOUND" || code === "ENODATA" || !failure.transient;
}

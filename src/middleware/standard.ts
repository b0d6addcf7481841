import type { Clock } from "../core/clock.ts";
import type { Listener } from "../core/event.ts";
import { compose, type Middleware, type Send } from "../core/send.ts";
import { createGate, type Gate } from "../policy/gate.ts";
import { createQuota, type QuotaRate } from "../policy/quota.ts";
import type { RetryPolicy } from "../policy/retry-policy.ts";
import { accept } from "./accept.ts";
import { type AnswerRule, answerRules } from "./answer-rules.ts";
import { concurrency } from "./concurrency.ts";
import { identity, type IdentityOptions } from "./identity.ts";
import { pace } from "./pace.ts";
import { type HostGates, perHost } from "./per-host.ts";
import { redirect, type RedirectOptions } from "./redirect.ts";
import { refuseUnsendable } from "./refuse-unsendable.ts";
import { retry } from "./retry.ts";

/** What the standard middleware needs to know. */
export interface StandardOptions extends IdentityOptions, RedirectOptions {
  readonly perHost: number;
  /** Places over all hosts. */
  readonly total: Gate;
  readonly rates: readonly QuotaRate[];
  readonly accept: (status: number) => boolean;
  readonly rules: readonly AnswerRule[];
  readonly maxRetryAfterMs: number;
  readonly retryPolicy: RetryPolicy;
  readonly clock: Clock;
  readonly emit: Listener | undefined;
  /** Further behaviours around each hop, before it waits for a place (caps). */
  readonly beforeGates: readonly Middleware[];
  /** Further behaviours just before the wire (cookies, authentication). */
  readonly last: readonly Middleware[];
}

/** A host idle this long has no hold and no rate window left that would be forgotten with it. */
const FORGET_AFTER_MS = 60_000;

/**
 * THE order, outermost first, and why:
 *
 * 1. refuse-unsendable: costs nobody anything. (A run puts `once` around all this: its answers are
 *    remembered for one run, a session may have several.)
 * 2. accept: the edge at which a status becomes a failure; inside, statuses are answers.
 * 3. retry: outside every gate, so that a request waiting to be retried holds no place.
 * 4. answer-rules: inside retry, so that a rule can ask for one.
 * 5. redirect: outside the gates, so that each hop goes through the gates of its own host.
 * 6. per host, concurrency: a place from before the wait for time until the body is whole.
 * 7. per host, pace: the last wait, so that departures are spaced as the server sees them; it takes a
 *    place among all hosts only when the request really leaves.
 *    It tells of every departure, and so of every attempt and hop.
 * 8. identity, cookies, authentication: the last touch before the wire.
 *
 * The timeout is the transport's: it starts when the request leaves, queueing is not the server's fault.
 */
export function standard(transport: Send, options: StandardOptions): Send {
  const { clock, emit, rates } = options;
  const longestRateMs = Math.max(0, ...rates.map((rate) => rate.perMs));
  const gates = (host: string): HostGates => {
    const gate = createGate(options.perHost);
    const place = concurrency(gate, clock);
    const departure = pace({
      host,
      quota: rates.length === 0 ? undefined : createQuota(rates),
      total: options.total,
      maxRetryAfterMs: options.maxRetryAfterMs,
      clock,
      emit,
    });
    return {
      middleware: (next) => place(departure(next)),
      isIdle: () => gate.inFlight === 0 && gate.waiting === 0,
    };
  };
  return compose(
    transport,
    ...[
      refuseUnsendable,
      accept(options.accept),
      retry({
        policy: options.retryPolicy,
        clock,
        emit,
        onShortage: () => leaveRoom(options.total),
      }),
      options.rules.length > 0 && answerRules(options.rules, options.accept),
      redirect(options),
      ...options.beforeGates,
      perHost(gates, {
        clock,
        forgetAfterMs: Math.max(FORGET_AFTER_MS, longestRateMs, options.maxRetryAfterMs),
      }),
      identity(options),
      ...options.last,
    ].filter((middleware) => middleware !== false),
  );
}

/**
 * Fewer at once from now on than there are connections: their descriptors are what there is. Those who
 * meet one shortage together have given their places back, so that they do not count again and again.
 */
function leaveRoom(total: Gate): void {
  total.resize(Math.max(1, Math.min(total.limit, (total.inFlight * 3) >> 2)));
}

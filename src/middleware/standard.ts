import type { Clock } from "../core/clock.ts";
import type { Listener } from "../core/event.ts";
import type { Halt } from "../core/halt.ts";
import { hostOf } from "../core/request.ts";
import { compose, type Middleware, type Send } from "../core/send.ts";
import type { Gate } from "../policy/gate.ts";
import type { RetryPolicy } from "../policy/retry-policy.ts";
import { accept } from "./accept.ts";
import { type AnswerRule, answerRules } from "./answer-rules.ts";
import { authRefusals } from "./auth-refusals.ts";
import type { Hosts } from "./hosts.ts";
import { identity, type IdentityOptions } from "./identity.ts";
import { redirect, type RedirectOptions } from "./redirect.ts";
import { refuseUnsendable } from "./refuse-unsendable.ts";
import { retry } from "./retry.ts";
import { revalidate } from "./revalidate.ts";

/** What the standard middleware needs to know. */
export interface StandardOptions extends IdentityOptions, RedirectOptions {
  /** Each host's line, with all that it waits for. */
  readonly hosts: Hosts;
  /** Places over all hosts. */
  readonly total: Gate;
  readonly accept: (status: number) => boolean;
  readonly rules: readonly AnswerRule[];
  readonly retryPolicy: RetryPolicy;
  /** Stops the run where going on makes no sense. @default nothing does */
  readonly halt?: Halt | undefined;
  readonly clock: Clock;
  readonly emit: Listener | undefined;
  /** Further behaviours around each hop, before it waits for a place (caps). */
  readonly beforeGates: readonly Middleware[];
  /** Further behaviours just before the wire (cookies, authentication). */
  readonly last: readonly Middleware[];
}

/**
 * THE order, outermost first, and why:
 *
 * 1. refuse-unsendable: costs nobody anything. (A run puts `once` around all this: its answers are
 *    remembered for one run, a session may have several.)
 * 2. accept: the edge at which a status becomes a failure; inside, statuses are answers.
 * 3. auth-refusals: sees how requests ended, each once.
 * 4. retry: outside every gate, so that a request waiting to be retried holds no place.
 * 5. answer-rules: inside retry, so that a rule can ask for one. A rule that holds the host is also
 *    asked inside the host's gate, which then sees a 429, and outside retry, where it is E_RULE again.
 * 6. redirect: outside the gates, so that each hop goes through the gates of its own host.
 * 7. revalidate: a 304 to a question of an earlier run is its whole answer to all layers above.
 * 8. hosts: the line of each host, the last wait. Departures are spaced as the server sees them, a hold
 *    is everyone's, and a place is held until the body is whole; one among all hosts is taken only when
 *    the request really leaves. It tells of every departure, and so of every attempt and hop.
 * 9. identity, cookies, authentication: the last touch before the wire.
 *
 * The timeout is the transport's: it starts when the request leaves, queueing is not the server's fault.
 */
export function standard(transport: Send, options: StandardOptions): Send {
  const { clock, emit, halt, hosts, total } = options;
  const rules =
    options.rules.length === 0
      ? undefined
      : answerRules(options.rules, { accept: options.accept, halt });
  const holds = options.rules.some(({ then }) => then === "hold") ? rules : undefined;
  return compose(
    transport,
    ...[
      refuseUnsendable,
      accept(options.accept),
      halt !== undefined && authRefusals(halt, options.accept),
      holds?.end,
      retry({
        policy: options.retryPolicy,
        hostOf: (request) => hosts.gatesOf(hostOf(request)),
        halt: halt?.signal,
        clock,
        emit,
        onShortage: () => leaveRoom(total),
      }),
      rules?.obey,
      redirect(options),
      revalidate,
      ...options.beforeGates,
      hosts.middleware,
      holds?.refuse,
      identity(options),
      ...options.last,
    ].filter((middleware) => middleware !== false && middleware !== undefined),
  );
}

/**
 * Fewer at once from now on than there are connections: their descriptors are what there is. Those who
 * meet one shortage together have given their places back, so that they do not count again and again.
 */
function leaveRoom(total: Gate): void {
  total.resize(Math.max(1, Math.min(total.limit, (total.inFlight * 3) >> 2)));
}

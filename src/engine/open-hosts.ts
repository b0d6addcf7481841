import type { Clock } from "../core/clock.ts";
import type { Listener } from "../core/event.ts";
import type { Halt } from "../core/halt.ts";
import { hostGate } from "../middleware/host-gate.ts";
import { type HostPaces, paced } from "./host-paces.ts";
import { createHosts, type Hosts } from "../middleware/hosts.ts";
import { createBreaker } from "../policy/breaker.ts";
import type { Gate } from "../policy/gate.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import { createQuota, type QuotaRate } from "../policy/quota.ts";
import { createRateLearner } from "../policy/rate-learner.ts";

/** What each host's line is opened with. */
export interface OpenHostsOptions {
  /** In flight to one host at most, and from the beginning where that was declared. */
  readonly places: { readonly most: number; readonly start: number | undefined };
  readonly rates: readonly QuotaRate[];
  readonly total: Gate;
  readonly maxRetryAfterMs: number;
  readonly paces?: Pick<HostPaces, "of"> | undefined;
  readonly firstAtOnce?: number | undefined;
  readonly whenQuotaIsGone: "stop" | "wait";
  readonly halt: Halt | undefined;
  readonly memory: HostMemory | undefined;
  readonly ownLoad: ((nowMs: number) => number) | undefined;
  readonly random: () => number;
  readonly clock: Clock;
  readonly emit: Listener | undefined;
}

/** A host idle this long has no hold and no rate window left that would be forgotten with it. */
const FORGET_AFTER_MS = 60_000;

/** Opens the lines of all hosts that a session asks, each with a learner, a breaker and rates of its own. */
export function openHosts(options: OpenHostsOptions): Hosts {
  const { places, rates, memory, random, clock } = options;
  const signs: { lastMs: number | undefined } = { lastMs: undefined };
  const longestRateMs = Math.max(0, ...rates.map((rate) => rate.perMs));
  return createHosts({
    clock,
    forgetAfterMs: Math.max(FORGET_AFTER_MS, longestRateMs, options.maxRetryAfterMs),
    make: (host) =>
      hostGate({
        ...options,
        host,
        signs,
        learner: createRateLearner({
          ...places,
          first: options.firstAtOnce,
          profile: memory?.recall(host),
        }),
        breaker: createBreaker({ random }),
        quota: paced(
          rates.length === 0
            ? undefined
            : createQuota(rates, memory && { memory, scope: host, clock }),
          options.paces && { paces: options.paces, host },
        ),
      }),
  });
}

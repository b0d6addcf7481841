import type { Clock } from "../core/clock.ts";
import type { HttpResponse } from "../core/response.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import { limitScope } from "../policy/limit-scope.ts";
import { createQuota, type QuotaRate } from "../policy/quota.ts";
import { createRateLearner, type Departure } from "../policy/rate-learner.ts";
import { usedUpForMs } from "../policy/used-up.ts";
import { readLimits } from "../protocol/rate-limit-headers.ts";
import { retryAfterOf } from "../protocol/retry-after.ts";
import { LONGEST_WAIT_MS } from "./patience.ts";
import { latencyOf, signOfFailure, signOfResponse } from "./host-state.ts";

/** One of several keys at a host. */
export interface KeyLaneOptions {
  readonly host: string;
  readonly key: string;
  /** What was declared of it. */
  readonly rates: readonly QuotaRate[];
  /** Where what is learned and spent is kept. @default nowhere */
  readonly memory: HostMemory | undefined;
  readonly clock: Clock;
}

/** All that requests with one key wait for: its declared rates, and what was learned of its limits. */
export interface KeyLane {
  /** Earliest time at which one may leave with it: Infinity for "not before one lands". */
  nextAt(nowMs: number): number;
  /** One leaves with it now. */
  depart(nowMs: number): Departure;
  /** What came back; whether the key was refused for how much it asked, or not accepted at all. */
  answered(left: Departure, response: HttpResponse): "accepted" | "refused" | "not accepted";
  /** Nothing came back. */
  broke(left: Departure, error: unknown): void;
  /** Keeps what was learned, for the next run. */
  keep(): void;
}

/** In flight with one key at most; the host's places are counted where its requests leave. */
const MOST = 1_024;

/** What is learned is kept this often. */
const KEEP_AFTER_MS = 10_000;

/** Opens the lane of a key. Its limits are learned and remembered apart from the host's, by a hash of the key. */
export function createKeyLane({ host, key, rates, memory, clock }: KeyLaneOptions): KeyLane {
  const scope = limitScope(host, key);
  const quota =
    rates.length === 0 ? undefined : createQuota(rates, memory && { memory, scope, clock });
  const learner = createRateLearner({
    most: MOST,
    profile: memory?.recall(scope),
  });
  const seen = { requests: 0, refused: 0 };
  let keptMs = clock.now();

  function keep(): void {
    keptMs = clock.now();
    if (seen.requests === 0) return;
    memory?.keep(scope, learner.profile(), { ...seen });
    seen.requests = 0;
    seen.refused = 0;
  }

  return {
    keep,
    nextAt: (nowMs) => {
      const atMs = quota?.nextAt(nowMs) ?? nowMs;
      // Being asked is how a learner sees that its limit binds.
      return atMs > nowMs ? atMs : learner.nextAt(nowMs);
    },
    depart(nowMs) {
      quota?.take(nowMs);
      seen.requests += 1;
      return learner.depart(nowMs);
    },
    answered(left, response) {
      const nowMs = clock.now();
      const { status } = response;
      const readings = readLimits(response.headers, { wallMs: clock.wallNow() });
      const askedMs = status < 400 ? undefined : retryAfterOf(response, clock.wallNow());
      const retryAfterMs = askedMs && Math.min(askedMs, LONGEST_WAIT_MS);
      const said = { retryAfterMs, isUsedUp: usedUpForMs(readings) > 0 };
      // A 503 is the host's, whoever asks.
      const kind = status === 503 ? "accepted" : signOfResponse(status, said).kind;
      learner.land(left, { nowMs, kind, latencyMs: latencyOf(response), retryAfterMs, readings });
      if (kind === "refused") seen.refused += 1;
      if (nowMs - keptMs >= KEEP_AFTER_MS) keep();
      if (status === 401) return "not accepted";
      return kind === "refused" ? "refused" : "accepted";
    },
    broke(left, error) {
      const { kind } = signOfFailure(error);
      learner.land(left, { nowMs: clock.now(), kind, latencyMs: undefined });
    },
  };
}

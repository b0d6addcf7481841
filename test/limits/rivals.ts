import type { Landing, RateLearner } from "../../src/policy/rate-learner.ts";

/** Another way to find a limit, driven as the learner is. */
export interface Rival {
  readonly name: string;
  /** Asks refused rows again at once. */
  readonly hasty?: true;
  create(): RateLearner;
}

/** What the others are measured by. */
export const RIVALS: readonly Rival[] = [
  { name: "fixed 16", create: () => rival(() => 16) },
  { name: "AIMD", hasty: true, create: createAimd },
  { name: "AWS", create: createAwsAdaptive },
  { name: "Gradient2", create: createGradient2 },
];

interface Extras {
  readonly landed?: (landing: Landing, inFlight: number) => void;
  readonly departed?: (nowMs: number) => void;
  readonly nextAt?: (nowMs: number) => number;
}

function rival(limit: () => number, extras: Extras = {}): RateLearner {
  let inFlight = 0;
  return {
    nextAt: (nowMs) =>
      inFlight >= Math.max(1, Math.floor(limit())) ? Infinity : (extras.nextAt?.(nowMs) ?? nowMs),
    depart(nowMs) {
      inFlight += 1;
      extras.departed?.(nowMs);
      return { atMs: nowMs };
    },
    land(_departure, landing) {
      extras.landed?.(landing, inFlight);
      inFlight -= 1;
    },
    restart() {},
    get limits() {
      return { rate: Infinity, concurrency: limit(), untilMs: 0 };
    },
    get inFlight() {
      return inFlight;
    },
    profile: () => ({
      rate: undefined,
      burst: undefined,
      concurrency: undefined,
      latencyMs: undefined,
      evidence: [],
      detail: {},
    }),
  };
}

/** One more per round trip, half at a refusal (Chiu and Jain, 1989), slow start as TCP's. */
function createAimd(): RateLearner {
  let limit = 1;
  let threshold = Infinity;
  return rival(() => limit, {
    landed({ kind }) {
      if (kind === "accepted") limit += limit < threshold ? 1 : 1 / limit;
      else threshold = limit = Math.max(1, limit / 2);
      limit = Math.min(256, limit);
    },
  });
}

/**
 * The adaptive retry mode of the AWS SDKs: a token bucket whose rate follows a cubic after throttling,
 * 50 connections. Constants from the SDKs' documentation of retry behaviour.
 */
function createAwsAdaptive(): RateLearner {
  const [beta, scale] = [0.7, 0.4];
  let [fill, capacity, tokens, filledAtMs] = [0, 1, 0, 0];
  let [measured, bin, sent, lastMax, throttledAt] = [0, 0, 0, 0, 0];
  let isEnabled = false;
  const refill = (nowMs: number): void => {
    tokens = Math.min(capacity, tokens + ((nowMs - filledAtMs) / 1000) * fill);
    filledAtMs = nowMs;
  };
  return rival(() => 50, {
    nextAt(nowMs) {
      if (!isEnabled) return nowMs;
      refill(nowMs);
      return tokens >= 1 - 1e-6 ? nowMs : nowMs + ((1 - tokens) * 1000) / fill;
    },
    departed(nowMs) {
      if (!isEnabled) return;
      refill(nowMs);
      tokens -= 1;
    },
    landed({ nowMs, kind }) {
      sent += 1;
      const current = Math.floor(nowMs / 500) / 2;
      if (current > bin) {
        measured = (sent / (current - bin)) * 0.8 + measured * 0.2;
        [sent, bin] = [0, current];
      }
      const now = nowMs / 1000;
      let rate: number;
      if (kind === "accepted") {
        const back = Math.cbrt((lastMax * (1 - beta)) / scale);
        rate = scale * (now - throttledAt - back) ** 3 + lastMax;
      } else {
        const used = isEnabled ? Math.min(measured, fill) : measured;
        [lastMax, throttledAt, isEnabled] = [used, now, true];
        rate = used * beta;
      }
      if (!isEnabled) return;
      refill(nowMs);
      fill = Math.max(Math.min(rate, 2 * measured), 0.5);
      capacity = Math.max(fill, 1);
      tokens = Math.min(tokens, capacity);
    },
  });
}

/** Netflix's Gradient2: long over short latency, a queue of four; a refusal takes a tenth. */
function createGradient2(): RateLearner {
  let [limit, long, count] = [20, 0, 0];
  return rival(() => limit, {
    landed({ kind, latencyMs = 1000 }, inFlight) {
      if (kind !== "accepted") {
        limit = Math.max(1, limit * 0.9);
        return;
      }
      count += 1;
      const factor = 2 / (Math.min(count, 600) + 1);
      long = long === 0 ? latencyMs : long + (latencyMs - long) * factor;
      if (long / latencyMs > 2) long *= 0.95;
      if (inFlight < limit / 2) return;
      const gradient = Math.max(0.5, Math.min(1, (1.5 * long) / latencyMs));
      limit = Math.min(256, 0.8 * limit + 0.2 * (limit * gradient + 4));
    },
  });
}

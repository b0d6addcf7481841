import type { ConcurrencyLimit } from "./learn-concurrency.ts";
import { RateSearch } from "./learn-rate.ts";
import type { RememberedRate } from "./learn-remembered.ts";
import type { LimitEvidence, LimitProfile } from "./limit-profile.ts";

/** Slower than one a minute is asked anew. */
const SLOWEST = 1 / 60;
const NOTHING: RememberedRate = {
  rate: 0,
  burst: 0,
  windowSize: 0,
  windowMs: 0,
  isShallow: false,
  dearMs: 0,
  innerRate: 0,
};

/** What was learned, to begin with next time. */
export function profileOf(
  rate: RateSearch | undefined,
  concurrency: ConcurrencyLimit,
  isAnnounced: boolean,
): LimitProfile {
  const evidence: LimitEvidence[] = [];
  const { ceiling, baseMs, hasQueued } = concurrency;
  const remembered = rate?.remembered() ?? NOTHING;
  if (remembered.rate > 0 || ceiling < Infinity) evidence.push("refusals");
  if (isAnnounced) evidence.push("headers");
  if (hasQueued) evidence.push("latency");
  const { burst, windowSize, windowMs, isShallow, dearMs, innerRate } = remembered;
  return {
    rate: remembered.rate > 0 ? remembered.rate : undefined,
    burst: burst > 0 ? burst : undefined,
    concurrency: ceiling < Infinity ? ceiling : undefined,
    latencyMs: baseMs > 0 ? baseMs : undefined,
    evidence,
    detail: {
      limit: concurrency.allowed(),
      windowSize,
      windowMs,
      isShallow: isShallow ? 1 : 0,
      dearMs,
      innerRate,
    },
  };
}

/**
 * Begins with what was learned; gives the rate to go by, if there is one. A profile may come from a file:
 * nothing in it is believed blindly.
 */
export function restoreProfile(
  profile: LimitProfile,
  concurrency: ConcurrencyLimit,
): RateSearch | undefined {
  const detail = (name: string): number => positive(profile.detail[name]);
  concurrency.restore({
    ceiling: positive(profile.concurrency),
    baseMs: positive(profile.latencyMs),
    limit: detail("limit"),
    dearMs: detail("dearMs"),
  });
  const perSecond = positive(profile.rate);
  if (perSecond < SLOWEST) return undefined;
  const rate = new RateSearch(0, 0);
  rate.restore({
    rate: perSecond,
    burst: positive(profile.burst),
    windowSize: detail("windowMs") > 0 ? detail("windowSize") : 0,
    windowMs: detail("windowSize") > 0 ? detail("windowMs") : 0,
    isShallow: detail("isShallow") > 0,
    dearMs: detail("dearMs"),
    innerRate: detail("innerRate"),
  });
  return rate;
}

/** A number above 0 that is finite, or 0. */
function positive(value: number | undefined): number {
  return value !== undefined && value > 0 && value < 1e9 ? value : 0;
}

import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/** One of the rates that hold together: at most `count` departures in any `perMs` milliseconds. */
export interface QuotaRate {
  readonly count: number;
  readonly perMs: number;
}

/** Rates over at least this long are stocks, to be spent as fast as the other rates allow. */
const STOCK_MS = 3_600_000;

/** Whether a rate is a stock and no pace. */
export function isStock({ perMs }: QuotaRate): boolean {
  return perMs >= STOCK_MS;
}

/**
 * Several rates as one bucket: a departure leaves when all of them allow it, and counts in all. A rate
 * of less than an hour is a pace, evenly spaced; one of an hour or more (`5000/d`) is a stock that may
 * be spent at once and is full again when its window has passed. No rates hold nothing back.
 * @throws RangeError as `createTokenBucket`.
 */
export function createQuota(rates: readonly QuotaRate[]): TokenBucket {
  const buckets = rates.map((rate) =>
    createTokenBucket({ ...rate, burst: isStock(rate) ? rate.count : 1 }),
  );
  if (buckets.length === 1) return buckets[0]!;

  const nextAt = (nowMs: number): number => {
    let atMs = nowMs;
    for (const bucket of buckets) atMs = Math.max(atMs, bucket.nextAt(nowMs));
    return atMs;
  };
  const take = (atMs: number): void => {
    for (const bucket of buckets) bucket.take(atMs);
  };
  return {
    nextAt,
    take,
    delayUntil: (nowMs) => nextAt(nowMs) - nowMs,
    reserve(nowMs) {
      const atMs = nextAt(nowMs);
      take(atMs);
      return atMs - nowMs;
    },
    cancel(atMs) {
      for (const bucket of buckets) bucket.cancel(atMs);
    },
  };
}

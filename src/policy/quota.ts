import { createKeptStock, type QuotaKeeper } from "./kept-stock.ts";
import { createTokenBucket, type Spacing } from "./token-bucket.ts";

/** One of the rates that hold together: at most `count` departures in any `perMs` milliseconds. */
export interface QuotaRate {
  readonly count: number;
  readonly perMs: number;
}

/** The rates of one host or key together. */
export interface Quota extends Spacing {
  /**
   * When one more may leave although a stock is gone: its first departure leaves its window then.
   * Undefined while every stock has some left. Times are those of the clock that `nowMs` is from.
   */
  goneUntil(nowMs: number): number | undefined;
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
 * be spent at once and is full again when its window has passed. With a keeper, what is spent of a
 * stock is counted over all runs. No rates hold nothing back.
 * @throws RangeError as `createTokenBucket`.
 */
export function createQuota(rates: readonly QuotaRate[], keeper?: QuotaKeeper): Quota {
  const buckets: Spacing[] = [];
  const stocks: Spacing[] = [];
  for (const { count, perMs } of rates) {
    const hasStock = isStock({ count, perMs });
    // Made in any case, for what it throws.
    const own = createTokenBucket({ count, perMs, burst: hasStock ? count : 1 });
    const kept =
      hasStock && keeper !== undefined ? createKeptStock({ count, perMs }, keeper) : undefined;
    buckets.push(kept ?? own);
    if (hasStock) stocks.push(kept ?? own);
  }
  const goneUntil = (nowMs: number): number | undefined => {
    const atMs = latestOf(stocks, nowMs);
    return atMs > nowMs ? atMs : undefined;
  };
  if (buckets.length === 1) return { ...buckets[0]!, goneUntil };

  return {
    goneUntil,
    nextAt: (nowMs) => latestOf(buckets, nowMs),
    take(atMs) {
      for (const bucket of buckets) bucket.take(atMs);
    },
  };
}

function latestOf(buckets: readonly Spacing[], nowMs: number): number {
  let atMs = nowMs;
  for (const bucket of buckets) atMs = Math.max(atMs, bucket.nextAt(nowMs));
  return atMs;
}

import { createTokenBucket } from "./token-bucket.ts";

/** At most `count` departures in any `perMs` milliseconds. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/** Several rates that hold together (10/s and 5000/d). Pure: the time is passed in. */
export interface Quota {
  /** Milliseconds until every rate allows a departure; 0 when they do now. */
  delayUntil(nowMs: number): number;
  /** Notes a departure. */
  take(nowMs: number): void;
}

export function createQuota(rates: readonly Rate[]): Quota {
  const buckets = rates.map(createTokenBucket);
  return {
    delayUntil: (nowMs) =>
      buckets.reduce((most, bucket) => Math.max(most, bucket.delayUntil(nowMs)), 0),
    take(nowMs) {
      for (const bucket of buckets) bucket.take(nowMs);
    },
  };
}

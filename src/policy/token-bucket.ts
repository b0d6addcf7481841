import type { Rate } from "./quota.ts";

/** Spaces departures so that a server which counts them never counts more than the rate. */
export interface TokenBucket {
  /** Milliseconds until a departure is allowed; 0 when it is now. */
  delayUntil(nowMs: number): number;
  /** Notes a departure. */
  take(nowMs: number): void;
}

/**
 * A token bucket in its virtual-scheduling form (GCRA, ITU-T I.371) with a depth of one: departures lie
 * at least `perMs / count` apart, so no window of `perMs`, wherever it begins, holds more than `count`.
 * A deeper bucket would spend its depth on top of the rate within one window.
 */
export function createTokenBucket({ count, perMs }: Rate): TokenBucket {
  if (!(count > 0) || !(perMs > 0))
    throw new RangeError(`a rate of ${count} per ${perMs} ms lets nothing leave`);
  const spacingMs = perMs / count;
  let nextMs = Number.NEGATIVE_INFINITY;
  return {
    delayUntil: (nowMs) => Math.max(0, nextMs - nowMs),
    take(nowMs) {
      nextMs = Math.max(nextMs, nowMs) + spacingMs;
    },
  };
}

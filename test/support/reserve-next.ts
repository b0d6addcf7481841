import type { Spacing } from "../../src/policy/token-bucket.ts";

/** Takes the next place of a bucket and tells the milliseconds from `nowMs` until it. */
export function reserveNext(bucket: Spacing, nowMs: number): number {
  const atMs = bucket.nextAt(nowMs);
  bucket.take(atMs);
  return atMs - nowMs;
}

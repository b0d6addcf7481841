import type { LimitReading } from "../core/limit-reading.ts";

/** For how long a limit of these is used up, the longest of them; 0 where all have some left. Milliseconds. */
export function usedUpForMs(readings: readonly LimitReading[] | undefined): number {
  let longestMs = 0;
  for (const { remaining, resetMs = 0 } of readings ?? []) {
    if (remaining === 0) longestMs = Math.max(longestMs, resetMs);
  }
  return longestMs;
}

import type { LimitProfile } from "../policy/limit-profile.ts";

/**
 * A profile as it holds so long after the last request: a burst is what a bucket has filled with since,
 * for the run before may have left it empty.
 */
export function refilled(profile: LimitProfile, sinceMs: number): LimitProfile {
  const { rate, burst } = profile;
  if (rate === undefined || burst === undefined) return profile;
  const filled = Math.floor((rate * Math.max(0, sinceMs)) / 1000);
  if (filled >= burst) return profile;
  return { ...profile, burst: filled === 0 ? undefined : filled };
}

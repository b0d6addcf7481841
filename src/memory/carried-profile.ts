import type { LimitProfile } from "../policy/limit-profile.ts";

/** A learner begins a little below what is remembered: a rate this near to it was not measured anew. */
const BEGINS_BELOW = 0.95;

/**
 * What is kept after a run that began with `before`. A run in which nothing was refused has found no
 * lower rate (else every short run would take a little from it), and has not disproved what the user
 * declared.
 */
export function carriedProfile(
  before: LimitProfile | undefined,
  told: LimitProfile,
  refused: number,
): LimitProfile {
  if (before === undefined || refused > 0) return told;
  const isDeclared = before.evidence.includes("declared");
  const rate = carriedRate(before.rate, told.rate);
  if (!isDeclared) return { ...told, rate };
  return {
    ...told,
    rate: rate ?? before.rate,
    burst: told.burst ?? before.burst,
    concurrency: told.concurrency ?? before.concurrency,
    // A learner takes what it begins with for seen.
    evidence: ["declared", ...told.evidence.filter((one) => one !== "refusals")],
  };
}

function carriedRate(before: number | undefined, told: number | undefined): number | undefined {
  if (before === undefined || told === undefined) return told;
  return told < before && told >= before * BEGINS_BELOW ? before : told;
}

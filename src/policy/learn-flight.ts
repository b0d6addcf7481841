import type { Departure } from "./rate-learner.ts";

/** Browsers open six connections. */
export const AT_ONCE = 6;

/** When it is known that one was not refused, since refusals take about equally long: so long after it left. Milliseconds. */
export function knownAfterMs(refusalMs: number): number {
  return refusalMs + Math.min(refusalMs / 2, 50) + 5;
}

/** Departures so close together that they may arrive in any order. */
export interface Burst {
  readonly atMs: number;
  /** Under way after its last one. */
  inFlight: number;
  refused: number;
}

/** A departure, and what held when it left. */
export interface Flight extends Departure {
  /** How many had left before. */
  readonly order: number;
  /** Under way with it. */
  readonly inFlight: number;
  readonly burst: Burst;
}

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
  /** Orders of its first and its last one. */
  readonly first: number;
  last: number;
  refused: number;
}

/** Before anybody has left. */
export const NO_BURST: Burst = { atMs: -Infinity, inFlight: 0, first: -1, last: -1, refused: 0 };

/** One more leaves as the `inFlight`th: with the burst before it, or as the first of another. */
export function burstWith(burst: Burst, atMs: number, order: number, inFlight: number): Burst {
  if (atMs - burst.atMs > 2) return { atMs, inFlight, first: order, last: order, refused: 0 };
  burst.inFlight = inFlight;
  burst.last = order;
  return burst;
}

/** A departure, and what held when it left. */
export interface Flight extends Departure {
  /** How many had left before. */
  readonly order: number;
  /** Under way with it. */
  readonly inFlight: number;
  readonly burst: Burst;
}

import type { Arrival } from "./verdict.ts";

/** Where a limit stands, for the fields that tell of it. */
export interface Standing {
  readonly limit: number;
  readonly remaining: number;
  /** Until the limit is whole again. */
  readonly resetMs: number;
  /** Until one more may pass; 0 where one may now. */
  readonly waitMs: number;
  /** Length of a window; 0 where there is none. */
  readonly windowMs: number;
}

/** One limit that lets pass or refuses. */
export interface Gate {
  /** Whether one more may pass now; changes nothing that matters. */
  hasRoom(at: Arrival): boolean;
  /** One passes. */
  take(at: Arrival): void;
  /** One that passed is answered. */
  leave(): void;
  standing(at: Arrival): Standing;
  /** As `LimitModel.allowance`. */
  allowance(fromMs: number, toMs: number, serviceMs: number): number;
}

/** Share of a limit that holds at a time (milliseconds since the first arrival): 1 where it never changes. */
export type Share = (sinceMs: number) => number;

/** The mean of a share between two times, by sampling. */
export function meanShare(share: Share, fromMs: number, toMs: number): number {
  const steps = 200;
  let sum = 0;
  for (let step = 0; step < steps; step += 1) {
    sum += share(fromMs + ((toMs - fromMs) * (step + 0.5)) / steps);
  }
  return sum / steps;
}

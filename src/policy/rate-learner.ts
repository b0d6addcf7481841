import type { LimitReading } from "../core/limit-reading.ts";
import { HostLimits } from "./learn-host.ts";
import type { LimitProfile } from "./limit-profile.ts";

/** How a learner begins. */
export interface RateLearnerOptions {
  /** Most in flight that it may ever allow. */
  readonly most: number;
  /** In flight from the beginning, where that was declared. @default its own start */
  readonly start?: number | undefined;
  /** In flight from the beginning, where nothing was declared: how many more is learned. @default its own start */
  readonly first?: number | undefined;
  /** What was learned earlier. @default nothing */
  readonly profile?: LimitProfile | undefined;
}

/** One request that left; given back when it lands. */
export interface Departure {
  readonly atMs: number;
}

/** How a request ended, as far as the host's limits are concerned. */
export interface Landing {
  readonly nowMs: number;
  /** `refused`: 429, 503 or a rule said "hold"; `failed`: no answer (timeout, reset, refused connection). */
  readonly kind: "accepted" | "refused" | "failed";
  /** From leaving to the first byte, connecting not counted; undefined where nothing came. Milliseconds. */
  readonly latencyMs: number | undefined;
  /** Asked for by the server, already capped. Milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** What the answer's header fields say of limits. */
  readonly readings?: readonly LimitReading[] | undefined;
  /** Share of the last while in which our own event loop was busy, 0 to 1. @default 0 */
  readonly ownLoad?: number | undefined;
}

/** What a learner thinks at the moment, for people. */
export interface LearnedLimits {
  /** Requests per second; Infinity where none binds. */
  readonly rate: number;
  /** In flight at once. */
  readonly concurrency: number;
  /** Nobody leaves before this time. */
  readonly untilMs: number;
}

/** Learns how many at once and how many per second one host takes. Pure: driven by the times it is told. */
export interface RateLearner {
  /** Earliest time at which one more may leave: at most `nowMs` for now, Infinity for "not before one lands". */
  nextAt(nowMs: number): number;
  /** One leaves now. */
  depart(nowMs: number): Departure;
  /** One that left is over. */
  land(departure: Departure, landing: Landing): void;
  /** Begins slowly again, after the host was down; or forgets all that it learned, because it was wrong. */
  restart(nowMs: number, what?: "places" | "everything"): void;
  readonly limits: LearnedLimits;
  readonly inFlight: number;
  /** What is worth remembering. */
  profile(): LimitProfile;
}

/** A learner that knows nothing yet but what it is given. Source: docs/limits.md. */
export function createRateLearner(options: RateLearnerOptions): RateLearner {
  return new HostLimits(options);
}

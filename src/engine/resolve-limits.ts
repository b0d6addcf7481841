import { SESSION_DEFAULTS, type SessionOptions } from "./session-options.ts";

/** How much at once: `start` is undefined where it is learned. */
export interface ResolvedLimits {
  readonly concurrency: number;
  readonly perHost: { readonly most: number; readonly start: number | undefined };
}

/** What the limits mean in numbers. @throws RangeError for one that is not above 0. */
export function resolveLimits({ limits }: SessionOptions): ResolvedLimits {
  const { concurrency = "auto", perHost = "auto" } = limits ?? {};
  const total = concurrency === "auto" ? SESSION_DEFAULTS.concurrency : concurrency;
  positive("limits.concurrency", total);
  if (perHost === "auto") return { concurrency: total, perHost: { most: total, start: undefined } };
  const places = Math.min(total, positive("limits.perHost", perHost));
  return { concurrency: total, perHost: { most: places, start: places } };
}

/** In flight to a host that nobody has asked yet. */
export const FIRST_ROOM = 6;

/** How many turns a host may have at once that takes `room` in flight. */
export function turnsIn(
  room: number | undefined = FIRST_ROOM,
  { most }: ResolvedLimits["perHost"],
): number {
  // One more than may be out has to stand in line: whether somebody waits is how a learner sees that its
  // limit binds.
  const spare = Math.max(2, room >> 2);
  return most === 1 ? 1 : room + spare;
}

/** The value, where it is above 0. @throws RangeError naming it otherwise */
export function positive(name: string, value: number): number {
  if (value > 0) return value;
  throw new RangeError(`${name} must be above 0, not ${value}`);
}

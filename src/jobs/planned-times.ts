import { FIRST_ROOM, type ResolvedLimits } from "../engine/resolve-limits.ts";
import type { LimitProfile } from "../policy/limit-profile.ts";
import { isStock, type QuotaRate } from "../policy/quota.ts";
import { timeUnderRates, windowsOf } from "../policy/quota-time.ts";
import type { SurveyedHost } from "./survey.ts";

/** What was learned of a host, and when, where that is known. */
export interface RememberedLimits extends LimitProfile {
  /** Milliseconds since the epoch. */
  readonly learnedAtMs?: number | undefined;
}

/** Gives what is remembered of a host by its origin; undefined for one that nobody asked yet. */
export type Recall = (origin: string) => RememberedLimits | undefined;

/** The limits by which a plan tells times. */
export interface TimeLimits {
  /** Declared; each host has them for itself. */
  readonly rates: readonly QuotaRate[];
  /** In flight at once, to one host and in all. What one host takes is learned unless it was declared. */
  readonly limits: ResolvedLimits;
  /** How long one request takes, as a sample showed. Milliseconds. @default unknown */
  readonly latencyMs?: ((origin: string) => number | undefined) | undefined;
  /** Places that a host has before anything was learned. @default FIRST_ROOM */
  readonly firstAtOnce?: number | undefined;
  /** Least time between two requests that a host asks for (Crawl-delay). Milliseconds. @default none */
  readonly pauseMs?: ((origin: string) => number | undefined) | undefined;
  /** @default nothing is remembered */
  readonly recall?: Recall | undefined;
}

/** How long the requests take by one limit. Milliseconds. */
export type PlannedTime = { readonly durationMs: number } & (
  | { readonly by: "rate"; readonly rates: readonly QuotaRate[] }
  /** A stock per hour, day or longer; `windows` are begun. */
  | { readonly by: "quota"; readonly rate: QuotaRate; readonly windows: number }
  /** A pause that a host asks for between two requests. */
  | { readonly by: "pause"; readonly origin: string; readonly pauseMs: number }
  | { readonly by: "learned"; readonly origin: string; readonly limits: RememberedLimits }
  /**
   * `places` at once, of one host or in all; `latencyMs` each. `at most`: with those places that a host
   * has before it was learned whether it takes more.
   */
  | {
      readonly by: "concurrency";
      readonly places: number;
      readonly latencyMs: number;
      readonly bound: "exact" | "at most";
    }
);

/** The times that the requests of these hosts take, by each limit that is known. */
export function plannedTimes(
  hosts: readonly SurveyedHost[],
  limits: TimeLimits,
): readonly PlannedTime[] {
  const most = Math.max(0, ...hosts.map(({ owed }) => owed));
  if (most === 0) return [];
  const paces = limits.rates.filter((rate) => !isStock(rate));
  const times: PlannedTime[] = [];
  const learned = longestLearned(hosts, limits);
  if (learned !== undefined) times.push(learned);
  const paused = longestPaused(hosts, limits);
  if (paused !== undefined) times.push(paused);
  if (paces.length > 0) {
    times.push({ by: "rate", rates: paces, durationMs: timeUnderRates(paces, most) });
  }
  for (const rate of limits.rates) {
    if (!isStock(rate)) continue;
    const windows = windowsOf(rate, most);
    times.push({
      by: "quota",
      rate,
      windows,
      durationMs: timeUnderRates([...paces, rate], most),
    });
  }
  const concurrent = concurrencyTime(hosts, limits);
  if (concurrent !== undefined) times.push(concurrent);
  return times;
}

/** The host that takes longest by the pauses that it asks for. */
function longestPaused(
  hosts: readonly SurveyedHost[],
  { pauseMs }: TimeLimits,
): PlannedTime | undefined {
  let longest: PlannedTime | undefined;
  for (const { origin, owed } of hosts) {
    const each = pauseMs?.(origin) ?? 0;
    const durationMs = Math.max(0, owed - 1) * each;
    if (durationMs > (longest?.durationMs ?? 0)) {
      longest = { by: "pause", origin, pauseMs: each, durationMs };
    }
  }
  return longest;
}

/** The host that takes longest by what is remembered of it. */
function longestLearned(
  hosts: readonly SurveyedHost[],
  { recall, limits: { perHost } }: TimeLimits,
): PlannedTime | undefined {
  if (recall === undefined) return undefined;
  let longest: PlannedTime | undefined;
  for (const { origin, owed } of hosts) {
    const limits = recall(origin);
    if (limits === undefined) continue;
    const { rate, burst = 1, concurrency = Number.POSITIVE_INFINITY, latencyMs } = limits;
    const places = Math.min(concurrency, perHost.most);
    const byRate = rate === undefined ? 0 : (Math.max(0, owed - burst) / rate) * 1_000;
    const byPlaces = latencyMs === undefined ? 0 : (owed * latencyMs) / places;
    const durationMs = Math.max(byRate, byPlaces);
    if (durationMs > (longest?.durationMs ?? 0)) {
      longest = { by: "learned", origin, limits, durationMs };
    }
  }
  return longest;
}

/** The places of one host, or those in all, whichever are in the way. */
function concurrencyTime(
  hosts: readonly SurveyedHost[],
  { limits: { perHost, concurrency }, latencyMs, recall, firstAtOnce = FIRST_ROOM }: TimeLimits,
): PlannedTime | undefined {
  if (latencyMs === undefined) return undefined;
  let [workMs, requests] = [0, 0];
  let longest: PlannedTime | undefined;
  for (const { origin, owed } of hosts) {
    const oneMs = latencyMs(origin);
    if (oneMs === undefined) continue;
    workMs += owed * oneMs;
    requests += owed;
    const known = perHost.start ?? recall?.(origin)?.concurrency;
    const room = Math.min(perHost.most, Math.max(1, Math.floor(known ?? firstAtOnce)));
    const places = Math.max(1, Math.min(room, owed));
    const durationMs = Math.ceil(owed / places) * oneMs;
    if (durationMs <= (longest?.durationMs ?? 0)) continue;
    const bound = known === undefined && owed > places ? "at most" : "exact";
    longest = { by: "concurrency", places, latencyMs: oneMs, bound, durationMs };
  }
  const inAllMs = workMs / concurrency;
  if (longest === undefined || inAllMs <= longest.durationMs) return longest;
  const mean = workMs / requests;
  return {
    ...{ by: "concurrency", places: concurrency, latencyMs: mean },
    ...{ bound: "exact", durationMs: inAllMs },
  };
}

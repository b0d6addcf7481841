import type { Drawn } from "./host-memory.ts";
import type { QuotaRate } from "./quota.ts";
import { keptWindowMs } from "./token-bucket.ts";

/** Departures of a long rate, and a time that none of them was after. Wall-clock milliseconds. */
export interface Spent {
  readonly atMs: number;
  readonly count: number;
}

/** What one process holds of a stock: counted as departed at `atMs` until it says how much did. */
export interface Holding {
  readonly atMs: number;
  readonly count: number;
}

/** Times are rounded up to a share of the window, so that a stock is never more than some 2,000 entries. */
const GRAINS = 2048;
/** A drawing is used for at most this share of the window: five minutes of a day. */
const HOLD_SHARE = 1 / 288;
/** One drawing takes at most this share of what is free, so that processes side by side share the rest … */
const FREE_SHARE = 1 / 8;
/** … and at most this share of the whole, so that a killed process takes little with it. */
const WHOLE_SHARE = 1 / 20;

/** How long one drawing from a rate's stock may be used. Milliseconds. */
export function holdMsOf(rate: QuotaRate): number {
  return rate.perMs * HOLD_SHARE;
}

/**
 * What still counts at `nowMs`, oldest first. Departures from the future are those of a clock that was
 * set back since: they count from now on, for one window, so that no setting of the clock frees any twice.
 */
export function stillSpent(
  spent: readonly Spent[],
  rate: QuotaRate,
  nowMs: number,
): readonly Spent[] {
  const latestMs = roundedUp(nowMs + holdMsOf(rate), rate);
  const byTime = new Map<number, number>();
  for (const { atMs, count } of spent) {
    if (atMs + keptWindowMs(rate.perMs) <= nowMs || count <= 0) continue;
    add(byTime, Math.min(atMs, latestMs), count);
  }
  return sorted(byTime);
}

/**
 * Draws at least `need` departures at `nowMs`, or none: a slice of what is free, smaller the less there
 * is. Also tells what is spent now and what the caller holds of it.
 */
export function drawFrom(
  spent: readonly Spent[],
  rate: QuotaRate,
  { nowMs, need }: { readonly nowMs: number; readonly need: number },
): { readonly spent: readonly Spent[]; readonly drawn: Drawn; readonly holding: Holding } {
  const still = stillSpent(spent, rate, nowMs);
  const free = rate.count - totalOf(still);
  if (free < need) {
    const drawn = { count: 0, freeAtMs: freeAt(still, rate, need) };
    return { spent: still, drawn, holding: { atMs: nowMs, count: 0 } };
  }
  const slice = Math.floor(Math.min(free * FREE_SHARE, rate.count * WHOLE_SHARE));
  const count = Math.max(need, 1, slice);
  const holding = { atMs: roundedUp(nowMs + holdMsOf(rate), rate), count };
  const byTime = new Map(still.map((one) => [one.atMs, one.count]));
  add(byTime, holding.atMs, count);
  return { spent: sorted(byTime), drawn: { count, freeAtMs: nowMs }, holding };
}

/** What is spent once a holder has told that `unused` of its departures will not leave. */
export function settle(
  spent: readonly Spent[],
  rate: QuotaRate,
  told: { readonly nowMs: number; readonly holding: Holding; readonly unused: number },
): readonly Spent[] {
  const { nowMs, holding } = told;
  const byTime = new Map(spent.map((one) => [one.atMs, one.count]));
  const there = byTime.get(holding.atMs) ?? 0;
  // Moved by a clock that was set back, or out of the window: nothing is given back that is not there.
  if (holding.count === 0 || there < holding.count) return spent;
  const used = holding.count - Math.max(0, Math.min(holding.count, told.unused));
  byTime.set(holding.atMs, there - holding.count);
  add(byTime, Math.min(holding.atMs, roundedUp(nowMs, rate)), used);
  return sorted(byTime);
}

/** Departures in all. */
export function totalOf(spent: readonly Spent[]): number {
  return spent.reduce((sum, one) => sum + one.count, 0);
}

/** When `need` departures (as many as the rate has, at most) are free again. */
export function freeAt(spent: readonly Spent[], rate: QuotaRate, need: number): number {
  let owed = totalOf(spent) - rate.count + Math.min(need, rate.count);
  for (const { atMs, count } of spent) {
    owed -= count;
    if (owed <= 0) return atMs + keptWindowMs(rate.perMs);
  }
  return Number.NEGATIVE_INFINITY;
}

function roundedUp(atMs: number, rate: QuotaRate): number {
  const grainMs = Math.max(1, Math.round(rate.perMs / GRAINS));
  return Math.ceil(atMs / grainMs) * grainMs;
}

function add(byTime: Map<number, number>, atMs: number, count: number): void {
  byTime.set(atMs, (byTime.get(atMs) ?? 0) + count);
}

function sorted(byTime: ReadonlyMap<number, number>): readonly Spent[] {
  return Array.from(byTime, ([atMs, count]) => ({ atMs, count }))
    .filter(({ count }) => count > 0)
    .toSorted((one, other) => one.atMs - other.atMs);
}

import type { Clock } from "../core/clock.ts";
import type { HostMemory, QuotaStock } from "./host-memory.ts";
import type { QuotaRate } from "./quota.ts";
import type { Spacing } from "./token-bucket.ts";

/** Who remembers what a quota has spent, and of whom. */
export interface QuotaKeeper {
  readonly memory: HostMemory;
  /** The host or the key at it that the quota belongs to, as `limitScope` names it. */
  readonly scope: string;
  /** Tells the wall clock's time: the memory outlives this process. */
  readonly clock: Clock;
}

/** Another process may give back what it did not use: an empty stock is asked again this soon. */
const ASK_AGAIN_MS = 60_000;

/**
 * The bucket of a long rate whose departures all runs count together. It draws them in slices, so that
 * most departures cost a subtraction. Undefined where nothing is remembered.
 */
export function createKeptStock(rate: QuotaRate, keeper: QuotaKeeper): Spacing | undefined {
  /** Departures drawn and not taken; below 0 where places in the future were reserved. */
  let left = 0;
  let heldUntilMs = Number.NEGATIVE_INFINITY;
  let heldUntilWallMs = Number.NEGATIVE_INFINITY;
  let freeMs = Number.NEGATIVE_INFINITY;
  let askAtMs = Number.NEGATIVE_INFINITY;
  const { clock, memory, scope } = keeper;
  const kept = memory.stock(scope, rate, () => Math.max(0, left));
  if (kept === undefined) return undefined;
  const stock: QuotaStock = kept;

  return {
    nextAt(nowMs) {
      // Both clocks: where the machine slept, the wall clock is further on than the monotonic one.
      if (left > 0 && nowMs < heldUntilMs && clock.wallNow() < heldUntilWallMs) return nowMs;
      if (left <= 0 && nowMs < askAtMs) return Math.max(freeMs, nowMs);
      const offsetMs = clock.wallNow() - clock.now();
      const owed = Math.max(0, -left);
      const drawn = stock.draw(nowMs + offsetMs, owed + 1);
      left = drawn.count - owed;
      if (drawn.count > 0) {
        heldUntilMs = nowMs + stock.holdMs;
        heldUntilWallMs = heldUntilMs + offsetMs;
        return nowMs;
      }
      freeMs = Math.max(drawn.freeAtMs - offsetMs, nowMs + 1);
      askAtMs = Math.min(freeMs, nowMs + ASK_AGAIN_MS);
      return freeMs;
    },
    take() {
      left -= 1;
      if (left < 0) askAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}

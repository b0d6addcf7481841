import type { QuotaStock } from "./host-memory.ts";
import type { QuotaRate } from "./quota.ts";
import { drawFrom, type Holding, holdMsOf, settle, type Spent } from "./quota-window.ts";

/** What is spent of one rate, kept somewhere. */
export interface SpentStore {
  /** Reads, decides and writes, alone: nobody else changes it in between. */
  change<T>(
    decide: (spent: readonly Spent[]) => { readonly spent: readonly Spent[]; readonly result: T },
  ): T;
}

/** A stock that can be left: what was drawn and did not leave goes back. */
export interface LeavableStock extends QuotaStock {
  leave(atMs: number): void;
}

/** One process's door to the stock of a rate that others may draw from too. Throws what the store throws. */
export function createQuotaStock(
  rate: QuotaRate,
  options: { readonly store: SpentStore; readonly unused: () => number },
): LeavableStock {
  const { store, unused } = options;
  let holding: Holding = { atMs: 0, count: 0 };
  return {
    holdMs: holdMsOf(rate),
    draw(nowMs, need) {
      const after = store.change((before) => {
        const spent = settle(before, rate, { nowMs, holding, unused: unused() });
        const result = drawFrom(spent, rate, { nowMs, need });
        return { spent: result.spent, result };
      });
      holding = after.holding;
      return after.drawn;
    },
    leave(nowMs) {
      if (holding.count === 0) return;
      store.change((before) => ({
        spent: settle(before, rate, { nowMs, holding, unused: unused() }),
        result: undefined,
      }));
      holding = { atMs: 0, count: 0 };
    },
  };
}

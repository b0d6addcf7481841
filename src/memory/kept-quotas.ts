import type { QuotaStock } from "../policy/host-memory.ts";
import { createQuotaStock, type LeavableStock, type SpentStore } from "../policy/quota-stock.ts";
import type { Spent } from "../policy/quota-window.ts";
import type { QuotaRate } from "../policy/quota.ts";
import { openQuotaDatabase, type QuotaDatabase } from "./quota-database.ts";

/** What keeping quotas needs. */
export interface KeptQuotasOptions {
  /** The database's file. */
  readonly path: string;
  /** Wall-clock milliseconds. */
  readonly now: () => number;
  /** Told of a database that refuses. */
  readonly onTrouble: (error: unknown) => void;
}

/** Stocks of long rates in one database, which is opened when the first is drawn from. */
export interface KeptQuotas extends Disposable {
  stock(scope: string, rate: QuotaRate, unused: () => number): QuotaStock;
}

/**
 * Stocks that go on in this process alone once the database refuses, from what was spent until then.
 * Disposing gives back what was drawn and did not leave.
 */
export function createKeptQuotas({ path, now, onTrouble }: KeptQuotasOptions): KeptQuotas {
  const stocks: LeavableStock[] = [];
  let database: QuotaDatabase | undefined;
  let state: "kept" | "alone" = "kept";

  function storeOf(scope: string, rate: QuotaRate): SpentStore {
    let kept: SpentStore | undefined;
    let known: readonly Spent[] = [];
    return {
      change(decide) {
        const noted: typeof decide = (spent) => {
          const decided = decide(spent);
          known = decided.spent;
          return decided;
        };
        const before = known;
        if (state === "kept") {
          try {
            database ??= openQuotaDatabase(path, now());
            kept ??= database.storeOf(scope, rate);
            return kept.change(noted);
          } catch (error) {
            state = "alone";
            known = before;
            onTrouble(error);
          }
        }
        return noted(known).result;
      },
    };
  }

  return {
    stock(scope, rate, unused) {
      const stock = createQuotaStock(rate, { store: storeOf(scope, rate), unused });
      stocks.push(stock);
      return stock;
    },
    [Symbol.dispose]() {
      const leave = (): void => {
        for (const stock of stocks) stock.leave(now());
      };
      try {
        database?.together(leave);
      } catch (error) {
        onTrouble(error);
      }
      stocks.length = 0;
      database?.[Symbol.dispose]();
      database = undefined;
      state = "alone";
    },
  };
}

import type { LimitReading } from "../core/limit-reading.ts";

const MOST_BUDGETS = 4;
const LONGEST_MS = 86_400_000;
/** Windows up to this length are paced through; longer ones are spent and then waited for. */
const PACED_MS = 5000;

/** One announced limit. */
interface Budget {
  readonly name: string | undefined;
  limit: number;
  remaining: number;
  /** Newest request whose answer was read. */
  order: number;
  resetAtMs: number;
  windowMs: number;
  /** A window's end was seen, so that the longest reset is its length. */
  sawEnd: boolean;
  longestMs: number;
  same: number;
  zeros: number;
}

/** What header fields announce, and whether they can be believed. Only ever lowers what is allowed. */
export class AnnouncedBudget {
  readonly #budgets: Budget[] = [];
  #isDoubted = false;

  get isKnown(): boolean {
    return this.#budgets.length > 0;
  }

  /** Reads what the answer to request number `order` says, `departed` having left by now. */
  read(readings: readonly LimitReading[], order: number, nowMs: number, isRefused: boolean): void {
    if (this.#isDoubted) return;
    for (const reading of readings) this.#readOne(reading, order, nowMs, isRefused);
    if (this.#isDoubted) this.#budgets.length = 0;
  }

  #readOne(reading: LimitReading, order: number, nowMs: number, isRefused: boolean): void {
    const { remaining, resetMs } = reading;
    if (remaining === undefined || resetMs === undefined) return;
    const limit = reading.limit ?? remaining;
    if (!(remaining >= 0 && remaining <= limit && resetMs >= 0 && resetMs < LONGEST_MS)) return;
    let budget = this.#budgets.find(({ name }) => name === reading.name);
    if (budget === undefined) {
      if (this.#budgets.length >= MOST_BUDGETS) return;
      budget = {
        name: reading.name,
        limit,
        remaining,
        order: -1,
        resetAtMs: Infinity,
        windowMs: 0,
        sawEnd: false,
        longestMs: 0,
        same: 0,
        zeros: 0,
      };
      this.#budgets.push(budget);
    }
    if (isRefused && remaining > 0) this.#isDoubted = true;
    if (!isRefused) {
      budget.zeros = remaining === 0 ? budget.zeros + 1 : 0;
      if (budget.zeros >= 3 && budget.limit > 0) this.#isDoubted = true;
    }
    if (order < budget.order) return;
    budget.same = remaining === budget.remaining && !isRefused ? budget.same + 1 : 0;
    if (budget.same >= 8) this.#isDoubted = true;
    const isNew = remaining > budget.remaining || nowMs >= budget.resetAtMs;
    if (budget.order >= 0 && isNew) budget.sawEnd = true;
    if (budget.sawEnd) budget.longestMs = Math.max(budget.longestMs, resetMs);
    // A reset in whole seconds is rounded up: of several, the earliest is the nearest to the truth.
    const resetAtMs = nowMs + resetMs;
    budget.resetAtMs = isNew ? resetAtMs : Math.min(budget.resetAtMs, resetAtMs);
    budget.order = order;
    budget.limit = limit;
    budget.remaining = remaining;
    budget.windowMs = reading.windowMs ?? (budget.sawEnd ? budget.longestMs : 0);
  }

  /** When one more may leave, `departed` having left so far. */
  nextAt(nowMs: number, departed: number): number {
    let at = nowMs;
    for (const budget of this.#budgets) {
      if (budget.remaining - (departed - 1 - budget.order) >= 1) continue;
      if (nowMs >= budget.resetAtMs) {
        // The window has ended, but nothing was read of the new one yet.
        if (budget.limit - (departed - 1 - budget.order) >= 1 || budget.remaining === 0) {
          budget.remaining = budget.limit;
          budget.order = departed - 1;
          budget.resetAtMs = Infinity;
          budget.same = 0;
        }
        continue;
      }
      if (budget.resetAtMs < Infinity) at = Math.max(at, budget.resetAtMs);
    }
    return at;
  }

  /** Whether one of them is used up, as far as it is believed. */
  isSpent(atMs: number): boolean {
    return this.#budgets.some(({ remaining, resetAtMs }) => remaining === 0 && atMs < resetAtMs);
  }

  /** Requests per second at which short announced windows are never used up; Infinity for none. */
  get rate(): number {
    let rate = Infinity;
    for (const { limit, windowMs } of this.#budgets) {
      if (windowMs > 0 && windowMs <= PACED_MS) {
        rate = Math.min(rate, (0.98 * limit * 1000) / windowMs);
      }
    }
    return rate;
  }
}

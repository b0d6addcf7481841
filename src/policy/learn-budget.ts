import type { LimitReading } from "../core/limit-reading.ts";

const MOST_BUDGETS = 4;
const LONGEST_MS = 86_400_000;
/** Windows up to this length are paced through; longer ones are spent and then waited for. */
const PACED_MS = 5000;
/** How long one that fills bit by bit waits for an answer to the request that asks. */
const GRADUAL_MS = 1000;

/** Which answer is read. */
export interface Reader {
  /** The request's number, from 0. */
  readonly order: number;
  /** Under way with it when it left. */
  readonly inFlight: number;
  /** Requests that have left by now. */
  readonly departed: number;
  readonly nowMs: number;
  readonly isRefused: boolean;
}

/** One announced limit. */
interface Budget {
  readonly name: string | undefined;
  limit: number;
  /** As the newest answer had it. */
  remaining: number;
  /** What may still leave, as of so many departures. */
  left: number;
  departed: number;
  /** Newest request whose answer was read. */
  order: number;
  resetAtMs: number;
  windowMs: number;
  /** A window's end was seen, so that the longest reset is its length. */
  sawEnd: boolean;
  longestMs: number;
  /** Fills bit by bit: one that was thought whole after its reset was not. */
  isGradual: boolean;
  /** Told with its window's length: its resets are meant as they stand. */
  isWindow: boolean;
  /** A window has ended, and the first request of the new one was sent to ask. */
  isAsking: boolean;
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
  read(
    readings: readonly LimitReading[],
    { order, inFlight, departed, nowMs, isRefused }: Reader,
  ): void {
    for (const reading of readings) {
      if (this.#isDoubted) return;
      const { remaining, resetMs, limit = remaining } = reading;
      if (remaining === undefined || resetMs === undefined || limit === undefined) continue;
      if (!(remaining >= 0 && remaining <= limit && resetMs >= 0 && resetMs < LONGEST_MS)) continue;
      const budget = this.#budgetOf(reading.name);
      if (budget === undefined) continue;
      this.#doubt(budget, remaining, order, isRefused);
      if (order < budget.order) continue;
      const left = budget.left - (departed - budget.departed);
      if (isRefused && left >= 2 && left < Infinity) budget.isGradual = true;
      const resetAtMs = nowMs + resetMs;
      const isLater = resetAtMs > budget.resetAtMs + resetMs / 2;
      const jump = remaining - budget.remaining;
      const isToldNew = budget.isAsking && order > budget.order && !budget.isGradual;
      budget.isAsking &&= !isToldNew;
      const isNew =
        isToldNew ||
        nowMs >= budget.resetAtMs ||
        (isLater && jump > 0) ||
        (jump > limit / 2 && jump > inFlight);
      const told = remaining - (departed - 1 - order);
      // Requests that left together arrive in any order: an answer may tell too much, by a few.
      const isPaced = budget.isGradual && budget.windowMs <= PACED_MS;
      budget.left = isNew || isPaced ? told : Math.min(told, left + 1);
      budget.departed = departed;
      if (budget.order >= 0 && (isNew || remaining > budget.remaining)) budget.sawEnd = true;
      if (budget.sawEnd) budget.longestMs = Math.max(budget.longestMs, resetMs);
      // A reset in whole seconds is rounded up: of several, the earliest is the nearest to the truth.
      budget.resetAtMs = isNew ? resetAtMs : Math.min(budget.resetAtMs, resetAtMs);
      budget.order = order;
      budget.limit = limit;
      budget.remaining = remaining;
      budget.isWindow = reading.windowMs !== undefined;
      budget.windowMs = reading.windowMs ?? (budget.sawEnd ? budget.longestMs : 0);
    }
  }

  #budgetOf(name: string | undefined): Budget | undefined {
    const known = this.#budgets.find((budget) => budget.name === name);
    if (known !== undefined || this.#budgets.length >= MOST_BUDGETS) return known;
    const budget: Budget = {
      name,
      limit: 0,
      remaining: 0,
      left: Infinity,
      departed: 0,
      order: -1,
      resetAtMs: Infinity,
      windowMs: 0,
      sawEnd: false,
      longestMs: 0,
      isGradual: false,
      isWindow: false,
      isAsking: false,
      same: 0,
      zeros: 0,
    };
    this.#budgets.push(budget);
    return budget;
  }

  /** Fields that never move, that say 0 and let in, or that say more and refuse, are not believed. */
  #doubt(budget: Budget, remaining: number, order: number, isRefused: boolean): void {
    if (isRefused) {
      if (remaining > 0) this.#isDoubted = true;
      budget.same = 0;
    } else {
      budget.zeros = remaining === 0 ? budget.zeros + 1 : 0;
      const isSame = remaining === budget.remaining && order > budget.order && budget.order >= 0;
      budget.same = isSame ? budget.same + 1 : 0;
      if ((budget.zeros >= 3 && budget.limit > 1) || budget.same >= 8) this.#isDoubted = true;
    }
    if (this.#isDoubted) this.#budgets.length = 0;
  }

  /** When one more may leave, `departed` having left so far; Infinity for "not before one lands". */
  nextAt(nowMs: number, departed: number, latencyMs: number): number {
    let at = nowMs;
    for (const budget of this.#budgets) {
      if (budget.left - (departed - budget.departed) >= 1) continue;
      // All of a new window has left, and no answer told of it yet: the next one will.
      if (budget.resetAtMs === Infinity) return Infinity;
      // Answers that are old when they come tell of a window that is over; the pace alone holds then.
      const isPaced = budget.limit > 1 && budget.windowMs > 0;
      if (isPaced && budget.windowMs <= Math.min(PACED_MS, 5 * latencyMs)) continue;
      if (nowMs < budget.resetAtMs) {
        at = Math.max(at, budget.resetAtMs);
        continue;
      }
      // The window has ended, but nothing was read of the new one yet.
      // Resets without a window are rounded to seconds, or mean something else: one asks before the rest.
      const asksFirst = budget.isGradual || !budget.isWindow;
      budget.isAsking = asksFirst;
      budget.left = asksFirst ? 1 : budget.limit;
      budget.departed = departed;
      budget.order = departed - 1;
      budget.remaining = budget.limit;
      budget.resetAtMs = asksFirst ? nowMs + GRADUAL_MS : Infinity;
      budget.same = 0;
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
      if (limit > 1 && windowMs > 0 && windowMs <= PACED_MS) {
        rate = Math.min(rate, (0.98 * limit * 1000) / windowMs);
      }
    }
    return rate;
  }
}

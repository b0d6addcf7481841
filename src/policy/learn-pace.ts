/** Requests per second below which nothing is slowed: one a minute asks whether it is still so. */
const SLOWEST = 1 / 60;

/** Departures that a busy process is late with are made up for, so many milliseconds of them. */
const CATCH_UP_MS = 20;
/** Departures that wait at the end of a window that is told are made up for, so many milliseconds of them. */
const HELD_MS = 100;
/** Departures per second from which on no timer wakes often enough for each. */
const CLOSE_RATE = 100;
/** Any timer wakes so much too late, in milliseconds: that much is made up for at every rate. */
const TIMER_MS = 2;

/** What a pace has to know of the limit that it keeps. */
export interface PacedLimit {
  /** No two are let in closer together than its rate has them. */
  readonly isShallow: boolean;
}

/** Spaces departures by a rate, with a few that may leave at once. */
export class Pace {
  readonly #limit: PacedLimit;
  /** Requests per second; Infinity where none binds. */
  rate = Infinity;
  #wanted = Infinity;
  #announced = Infinity;
  /** Departures that may be saved up. */
  burst = 1;
  #credit = 1;
  #atMs = 0;

  constructor(limit: PacedLimit) {
    this.#limit = limit;
  }

  /** When the next one may leave. */
  nextAt(nowMs: number): number {
    if (this.rate === Infinity) return nowMs;
    this.#fill(nowMs);
    // Beware: sums of fractions fall short of the whole by rounding.
    if (this.#credit >= 1 - 1e-6) return nowMs;
    return Math.max(nowMs, this.#atMs) + ((1 - this.#credit) * 1000) / this.rate;
  }

  depart(nowMs: number): void {
    if (this.rate === Infinity) return;
    this.#fill(nowMs);
    this.#credit = Math.max(0, this.#credit - 1);
  }

  /** From now on at this rate, or what is announced where that is less; what was saved up is kept. */
  set(rate: number, nowMs: number): void {
    this.#wanted = rate;
    this.#apply(nowMs);
  }

  /** Never faster than this, which the server tells of itself. */
  announce(rate: number, nowMs: number): void {
    if (rate === this.#announced) return;
    this.#announced = rate;
    this.#apply(nowMs);
  }

  #apply(nowMs: number): void {
    if (this.rate === Infinity) this.#credit = Math.min(this.#credit, this.burst - 1);
    else this.#fill(nowMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
    this.rate = Math.max(SLOWEST, Math.min(this.#wanted, this.#announced));
  }

  /** So many may leave at once besides. */
  grant(count: number): void {
    this.#credit += count;
    this.burst = Math.max(1, this.#credit);
  }

  /** Nothing is saved up. */
  empty(nowMs: number): void {
    this.#credit = 0;
    this.burst = 1;
    this.#atMs = nowMs;
  }

  #fill(nowMs: number): void {
    if (nowMs <= this.#atMs) return;
    const due = ((nowMs - this.#atMs) * this.rate) / 1000;
    const ownMs = this.rate > CLOSE_RATE ? CATCH_UP_MS : 0;
    const lateMs = this.rate === this.#announced ? HELD_MS : ownMs;
    const late = (this.rate * lateMs) / 1000;
    const timely = this.#limit.isShallow ? 1 : 1 + (this.rate * TIMER_MS) / 1000;
    this.#credit = Math.min(Math.max(timely, this.burst, late), this.#credit + due);
    this.#atMs = nowMs;
  }
}

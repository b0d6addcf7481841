/** A rate as a measure leaves it. */
export interface MeasuredRate {
  readonly nowMs: number;
  readonly rate: number;
  /** The rate before it. */
  readonly before: number;
  /** Refusals that the measure cost. */
  readonly refused: number;
  /** Wait that they cost, milliseconds. */
  readonly waitMs: number;
  /** A window's count needs no second opinion. */
  readonly isCertain: boolean;
}

/** When to look for more: a climb costs about as many refusals as the last one did. */
export class ClimbPlan {
  /** Two measures agree. */
  isSettled = false;
  /** It was much higher not long ago. */
  hasFallen = false;
  /** Highest rate that two measures agreed on, or that held for its while; fades. */
  #best = 0;
  #rate = 0;
  #accepted = 0;
  #after = 0;
  #atMs = 0;
  /** Since when the present rate holds. */
  sinceMs = 0;

  /** More may be let in than was measured, and that not only because a bucket has saved it up. */
  get mayHaveRisen(): boolean {
    return this.hasFallen || !this.isSettled;
  }

  /** After a measure: soon where it surprised, sooner where the rate has fallen. */
  measured({ nowMs, rate, before, refused, waitMs, isCertain }: MeasuredRate): void {
    this.isSettled = isCertain || Math.abs(before / rate - 1) < 0.1;
    this.#best = Math.max(this.isSettled ? rate : 0, 0.98 * this.#best);
    this.#rate = rate;
    this.hasFallen = rate < 0.75 * this.#best;
    const each = this.hasFallen ? 60 : 400;
    const after = this.isSettled ? Math.min(each * refused, Math.max(30, 10 * rate)) : 16;
    const waits = this.isSettled ? 30 : 5;
    const leastMs = !this.isSettled ? 300 : this.hasFallen ? 2000 : 5000;
    this.#later(after, nowMs + leastMs + waits * waitMs, nowMs + waitMs);
  }

  /** What is known is certain; the next climb after so many and not before a time. */
  settle(after: number, atMs: number): void {
    this.isSettled = true;
    this.#later(after, atMs, atMs);
  }

  /** What an earlier run measured is certain at first; what a bucket has saved up meanwhile tells nothing. */
  remembered(nowMs: number, of: { readonly burst: number; readonly dearMs: number }): void {
    this.settle(200 + of.burst, nowMs + 5000 + 30 * of.dearMs);
  }

  #later(after: number, atMs: number, sinceMs: number): void {
    this.sinceMs = sinceMs;
    this.#accepted = 0;
    this.#after = after;
    this.#atMs = atMs;
  }

  /** One was let in at the rate that holds. Returns whether it is time. */
  accepted(nowMs: number): boolean {
    this.#accepted += 1;
    if (this.#accepted < this.#after || nowMs < this.#atMs) return false;
    this.#best = Math.max(this.#best, this.#rate);
    return true;
  }
}

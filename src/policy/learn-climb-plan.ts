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
  /** Highest rate that was measured; fades. */
  #best = 0;
  #accepted = 0;
  #after = 0;
  #atMs = 0;

  /** After a measure: soon where it surprised, sooner where the rate has fallen. */
  measured({ nowMs, rate, before, refused, waitMs, isCertain }: MeasuredRate): void {
    this.#best = Math.max(rate, this.#best * 0.98);
    this.isSettled = isCertain || Math.abs(before / rate - 1) < 0.1;
    const each = rate < 0.75 * this.#best ? 60 : 200;
    const after = this.isSettled ? Math.min(each * refused, Math.max(30, 10 * rate)) : 16;
    const waits = this.isSettled ? 30 : 5;
    this.later(after, nowMs + (this.isSettled ? 2000 : 300) + waits * waitMs);
  }

  later(after: number, atMs: number): void {
    this.#accepted = 0;
    this.#after = after;
    this.#atMs = atMs;
  }

  /** One was let in at the rate that holds. Returns whether it is time. */
  accepted(nowMs: number): boolean {
    this.#accepted += 1;
    return this.#accepted >= this.#after && nowMs >= this.#atMs;
  }
}

/** What a round of a climb has shown. */
export type RoundEnd = "not yet" | "places bind" | "rate binds" | "nothing binds";

/** What a climb goes by. */
export interface KnownRate {
  readonly measured: number;
  /** Of a window; Infinity where none is known. */
  readonly windowed: number;
  /** Requests that a bucket may have saved up. */
  readonly saved: number;
}

/** Share of the measured rate at which a bucket is emptied. */
const SPENDING = 1.15;

/** Rounds that are remembered. */
const KEPT = 32;
/** Less time than this is no measure. Milliseconds. */
const LEAST_MS = 200;

/** Raises a rate round by round, as long as what leaves at it is let in. */
export class Climb {
  /** Factor from one round to the next. */
  step = 2;
  #order = 0;
  #atMs = 0;
  #accepted = 0;
  #departed = 0;
  #wasFull = false;
  #firstOrder = 0;
  #firstMs = 0;

  readonly #rounds: { readonly order: number; readonly atMs: number }[] = [];

  start(step: number, order: number, nowMs: number): void {
    this.step = step;
    this.#rounds.length = 0;
    this.#firstOrder = order;
    this.#firstMs = nowMs;
    this.next(order, nowMs);
  }

  /** A round begins with the departure number `order`. */
  next(order: number, nowMs: number): void {
    this.#order = order;
    this.#atMs = nowMs;
    if (this.#rounds.length === KEPT) this.#rounds.shift();
    this.#rounds.push({ order, atMs: nowMs });
    this.#accepted = 0;
    this.#departed = 0;
    this.#wasFull = false;
  }

  /**
   * What was let in per second until the departure number `order` was refused, at the least: the most over
   * some last rounds, but for what a bucket may have saved up. 0 where that explains all of it.
   */
  letIn(order: number, atMs: number, saved: number): number {
    let most = 0;
    for (const round of this.#rounds) {
      const tookMs = atMs - round.atMs;
      if (tookMs < LEAST_MS) break;
      most = Math.max(most, ((order - round.order - saved) * 1000) / tookMs);
    }
    return most;
  }

  /** How long this round has taken. */
  tookMs(nowMs: number): number {
    return nowMs - this.#atMs;
  }

  depart(): void {
    this.#departed += 1;
  }

  /** Somebody had to wait for a place. */
  noteFull(): void {
    this.#wasFull = true;
  }

  /** One was let in. `rate`: what it left at; rounds last a round trip, and `leastMs` when steps are small. */
  accepted(order: number, nowMs: number, rate: number, baseMs: number, leastMs: number): RoundEnd {
    if (order < this.#order) return "not yet";
    this.#accepted += 1;
    const tookMs = nowMs - this.#atMs;
    if (this.#accepted < 3 || tookMs < 1.2 * baseMs) return "not yet";
    if (this.step < 1.5 && (this.#accepted < 0.5 / (this.step - 1) || tookMs < leastMs)) {
      return "not yet";
    }
    if (this.#wasFull) return "places bind";
    return this.#departed * 1000 >= 0.7 * rate * tookMs - 2000 ? "rate binds" : "nothing binds";
  }

  /**
   * The next rate. Steps grow while they succeed: carefully near the rate that was measured, faster far
   * above; doubling ends past twice the guess. What a bucket saved up is spent first, at little more.
   */
  raise(rate: number, known: KnownRate, nowMs: number): number {
    const { measured, windowed, saved } = known;
    // A whole window took more than one was known to take: it is larger now.
    if (rate > 1.04 * windowed) this.step = Math.max(this.step, 1.25);
    const step = this.step === 2 && rate >= 2 * measured ? 1.5 : this.step;
    const ratio = (rate * step) / measured;
    const above = this.#order - this.#firstOrder - (measured * (nowMs - this.#firstMs)) / 1000;
    if (saved > 0 && ratio > SPENDING && above < 1.2 * saved)
      return Math.max(rate, measured * SPENDING);
    const widest = ratio > 2 ? 1.25 : ratio > 1.25 ? 1.1 : 1.06;
    if (this.step < widest) this.step = Math.min(widest, 1 + (this.step - 1) * 1.5);
    return rate * step;
  }
}

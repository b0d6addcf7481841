/** Growth of what is under way per answer at the start: doubles in a round trip, then half of that. */
const FAST_UNTIL = 48;
/** Mean latency over its base from which there is a queue. */
const KNEE = 1.6;
const ROUND_ANSWERS = 32;

/** How many may be under way at once: what latency and refusals at the top say. */
export class ConcurrencyLimit {
  readonly #most: number;
  /** May be under way. Not whole; the floor of it counts. */
  limit: number;
  /** Found by refusals; Infinity where none was. */
  ceiling = Infinity;
  /** Latency without a queue, milliseconds; 0 before the first round. */
  baseMs = 0;
  /** Still doubling. */
  isStarting = true;
  /** Somebody had to wait for a place in this round. */
  #wasFull = false;
  #roundSince = 0;
  #answers = 0;
  #sumMs = 0;
  #sumInFlight = 0;
  /** What was cut, and the mean that it was cut for, until it is known whether that helped. */
  #cutFrom = 0;
  #cutMeanMs = 0;
  #skipUntilMs = 0;
  /** When one more than the ceiling is tried, and how long until it is tried again. */
  #trialAtMs = Infinity;
  #trialWaitMs = 2000;
  #trialWidth = 0;
  #trialSince = 0;
  #trialAccepted = 0;

  constructor(most: number, start: number) {
    this.#most = most;
    this.limit = Math.min(most, start);
  }

  /** In flight that is allowed now. */
  allowed(): number {
    return Math.max(1, Math.floor(Math.min(this.limit, this.#most)));
  }

  noteFull(): void {
    this.#wasFull = true;
  }

  get wasFull(): boolean {
    return this.#wasFull;
  }

  /** One was accepted that left as the `inFlight`th. `isOurs`: our own machine was the bound. */
  accepted(nowMs: number, latencyMs: number, inFlight: number, isOurs: boolean): void {
    if (this.#trialWidth > 0) this.#judgeTrial(nowMs, inFlight);
    if (isOurs) return;
    if (this.isStarting && this.#wasFull && this.limit < this.#most) {
      this.limit = Math.min(this.#most, this.limit + (this.limit < FAST_UNTIL ? 1 : 0.5));
    }
    if (nowMs - latencyMs < this.#skipUntilMs) return;
    this.#answers += 1;
    this.#sumMs += latencyMs;
    this.#sumInFlight += inFlight;
    const enough = this.isStarting
      ? Math.min(16, Math.max(6, this.limit / 4))
      : Math.min(ROUND_ANSWERS, Math.max(8, 2 * this.limit));
    if (this.#answers < enough) return;
    if (!this.isStarting && nowMs - this.#roundSince < 2 * this.baseMs) return;
    this.#endRound(nowMs);
  }

  #endRound(nowMs: number): void {
    const meanMs = this.#sumMs / this.#answers;
    const inFlight = this.#sumInFlight / this.#answers;
    const wasFull = this.#wasFull;
    this.#roundSince = nowMs;
    this.#answers = 0;
    this.#sumMs = 0;
    this.#sumInFlight = 0;
    this.#wasFull = false;
    if (this.#cutFrom > 0) {
      // A cut that does not shorten the wait was no queue: the server is slower now.
      if (meanMs > 0.8 * this.#cutMeanMs) {
        this.baseMs = meanMs;
        this.limit = this.#cutFrom;
        this.#cutFrom = 0;
        return;
      }
      this.#cutFrom = 0;
    }
    if (this.baseMs === 0 || meanMs < this.baseMs) this.baseMs = meanMs;
    const ratio = meanMs / this.baseMs;
    if (ratio > KNEE && inFlight >= 2) {
      this.isStarting = false;
      this.#cutFrom = this.limit;
      this.#cutMeanMs = meanMs;
      this.limit = Math.max(1, Math.min(this.limit, (inFlight / ratio) * 1.3 + 1));
      this.#skipUntilMs = nowMs;
    } else if (ratio < 1.3 && wasFull && !this.isStarting && this.#trialWidth === 0) {
      this.limit = Math.min(this.ceiling, this.#most, this.limit * 1.25 + 1);
    }
  }

  /** Ends the doubling. */
  settle(): void {
    this.isStarting = false;
  }

  /** Refused, or dropped, with so many under way besides: that many places there are. */
  refusedAt(places: number, nowMs: number, waitedMs: number): void {
    this.isStarting = false;
    const failed = this.#trialWidth > 0;
    if (failed) this.#trialWaitMs = Math.min(16_000, this.#trialWaitMs * 2);
    this.#trialWidth = 0;
    this.ceiling = Math.max(
      1,
      Math.min(this.#most, failed ? Math.max(places, this.ceiling) : places),
    );
    this.limit = Math.min(this.ceiling, Math.max(this.limit, 1));
    this.limit = this.ceiling;
    this.#trialWaitMs = Math.max(this.#trialWaitMs, 30 * waitedMs);
    this.#trialAtMs = nowMs + this.#trialWaitMs;
  }

  /** No ceiling was the reason after all. */
  lift(): void {
    this.ceiling = Infinity;
    this.#trialWidth = 0;
    this.#trialAtMs = Infinity;
  }

  /** Whether one more than the ceiling is being tried. */
  get isTrying(): boolean {
    return this.#trialWidth > 0;
  }

  /** Tries more than the ceiling when its time has come. */
  tryMore(nowMs: number): void {
    if (nowMs < this.#trialAtMs || this.#trialWidth > 0 || this.limit < this.ceiling) return;
    this.#trialWidth = Math.max(1, Math.round(this.ceiling * 0.03));
    this.#trialSince = nowMs;
    this.#trialAccepted = 0;
    this.limit = Math.min(this.#most, this.ceiling + this.#trialWidth);
    this.#trialAtMs = Infinity;
  }

  #judgeTrial(nowMs: number, inFlight: number): void {
    if (inFlight > this.ceiling) this.#trialAccepted += 1;
    if (this.#trialAccepted < 2 * this.ceiling || nowMs - this.#trialSince < 3 * this.baseMs)
      return;
    this.ceiling = this.limit;
    this.#trialWidth = 0;
    this.#trialWaitMs = Math.max(500, this.#trialWaitMs / 2);
    this.#trialAtMs = nowMs + this.#trialWaitMs;
    if (this.ceiling >= this.#most) this.lift();
  }
}

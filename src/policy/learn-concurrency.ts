import type { RememberedConcurrency } from "./learn-remembered.ts";
import { Trial, trialUnitMs } from "./learn-trial.ts";

/** Growth of what is under way per answer at the start: doubles in a round trip, then half of that. */
const FAST_UNTIL = 24;
/** Mean latency over its base from which there is a queue. */
const KNEE = 1.6;
const ROUND_ANSWERS = 32;
/** Share of a round trip over which those that leave while it doubles are spread. */
const SPREAD = 0.5;
/** Places for a pace, in those that it takes without a queue. */
const ROOM = 1.5;
/** Age from which an exceeded base is measured again. */
const OLD_MS = 10_000;

/** How many may be under way at once: what latency and refusals at the top say. */
export class ConcurrencyLimit {
  readonly #most: number;
  /** May be under way. Not whole; the floor of it counts. */
  limit: number;
  /** Found by refusals; Infinity where none was. */
  ceiling = Infinity;
  /** Latency without a queue, milliseconds; 0 before the first round. */
  baseMs = 0;
  /** Waits grew longer at some time because too many were under way. */
  hasQueued = false;
  /** Still doubling. */
  isStarting = true;
  /** The first that was found since there was none. */
  firstCeiling = Infinity;
  /** Somebody had to wait for a place in this round. */
  wasFull = false;
  #roundSince = 0;
  #answers = 0;
  #sumMs = 0;
  #sumInFlight = 0;
  /** What was cut, and the mean that it was cut for, until it is known whether that helped. */
  #cutFrom = 0;
  #cutMeanMs = 0;
  /** It was cut only to look whether latency is older than its base. */
  #isDip = false;
  #baseAtMs = 0;
  #cutInFlight = 0;
  #skipUntilMs = 0;
  readonly #trial = new Trial();
  /** Most that were proven; fades. */
  #best = 0;
  #foundAtMs = 0;
  #foundAccepted = 0;
  /** Refusals that followed closely on one another. */
  #again = 0;
  /** Answers go on to come in since there is a ceiling. */
  isFlowing = false;
  /** The ceiling was used for a while without a refusal. */
  isProven = false;

  constructor(most: number, start: number) {
    this.#most = most;
    this.limit = Math.min(most, start);
  }

  /** Begins where an earlier run ended. */
  restore({ ceiling, baseMs, limit, dearMs }: RememberedConcurrency): void {
    this.baseMs = baseMs;
    if (ceiling > 0) {
      this.ceiling = Math.max(1, Math.min(this.#most, ceiling));
      this.limit = this.ceiling;
      this.isProven = true;
      this.isStarting = false;
      // A trial may cost a refusal: at a slow server that is one of few.
      this.#trial.waitAtLeast(Math.max(trialUnitMs(this), 20 * baseMs, 30 * dearMs));
      this.#trial.planLater();
    } else if (limit > this.limit) {
      this.limit = Math.min(this.#most, 0.8 * limit);
      this.isStarting = limit >= this.#most;
    }
  }

  /** In flight that is allowed now. */
  allowed(): number {
    return Math.max(1, Math.floor(Math.min(this.limit, this.#most)));
  }

  /** In flight that is allowed now at a pace per second: as long as no places are known, enough for it. */
  allowedAt(pace: number): number {
    const allowed = this.allowed();
    if (pace === Infinity || this.ceiling < Infinity || this.hasQueued) return allowed;
    const room = Math.ceil((ROOM * pace * this.#roundTripMs) / 1000);
    return Math.max(allowed, Math.min(this.#most, room));
  }

  get #roundTripMs(): number {
    return this.baseMs || this.#sumMs / Math.max(1, this.#answers);
  }

  /** Still doubling, and nothing says yet that there are no more places. */
  get isOpen(): boolean {
    return this.isStarting && this.limit < Math.min(this.ceiling, this.#most);
  }

  /** Between departures while it doubles; 0 where timers do not wake as often. Milliseconds. */
  get spacingMs(): number {
    const ms = (SPREAD * this.#roundTripMs) / this.limit;
    return ms >= 1 ? ms : 0;
  }

  /** Allows so many more. */
  grow(places: number): void {
    this.limit = Math.min(this.ceiling, this.#most, this.limit + places);
  }

  /** One was accepted that left as the `inFlight`th; NaN for a latency that nobody knows. `isOurs`: our own machine was the bound. */
  accepted(nowMs: number, latencyMs: number, inFlight: number, isOurs: boolean): void {
    if (this.isTrying) this.#judgeTrial(nowMs, inFlight);
    if (!this.isFlowing && ++this.#foundAccepted > 4 * this.ceiling) this.isFlowing = true;
    if (nowMs - this.#foundAtMs > 2000) this.isProven = this.ceiling < Infinity;
    if (isOurs) return;
    if (this.isOpen && this.wasFull) this.grow(this.limit < FAST_UNTIL ? 1 : 0.5);
    // Also where no latency is known.
    if (!(nowMs - latencyMs >= this.#skipUntilMs)) return;
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
    const wasFull = this.wasFull;
    // Of many that left together the fastest are back first: too few of them are no mean.
    const isWhole = this.#answers >= 16 && this.#answers >= 0.8 * inFlight;
    this.#roundSince = nowMs;
    this.#answers = 0;
    this.#sumMs = 0;
    this.#sumInFlight = 0;
    this.wasFull = false;
    if (this.#cutFrom > 0) {
      // A cut that does not shorten the wait was no queue: the server is slower now.
      const expectedMs = Math.max(this.baseMs, (this.#cutMeanMs * inFlight) / this.#cutInFlight);
      if (meanMs > (expectedMs + this.#cutMeanMs) / 2) {
        this.#setBase(meanMs, nowMs);
        this.limit = this.#cutFrom;
        this.#cutFrom = 0;
        return;
      }
      if (this.#isDip) this.limit = this.#cutFrom;
      this.#isDip = false;
      this.#cutFrom = 0;
      this.hasQueued = true;
    }
    if (this.baseMs === 0 || (isWhole && meanMs < this.baseMs)) this.#setBase(meanMs, nowMs);
    const ratio = meanMs / this.baseMs;
    if (ratio > KNEE && inFlight >= 2) {
      this.#cut((inFlight / ratio) * 1.45 + 1, meanMs, inFlight, nowMs);
    } else if (ratio >= 1.3 && wasFull && inFlight >= 4 && nowMs - this.#baseAtMs > OLD_MS) {
      // What was without a queue long ago may be slower now (as BBR's ProbeRTT looks).
      this.#isDip = true;
      this.#baseAtMs = nowMs;
      this.#cut(inFlight / 2, meanMs, inFlight, nowMs);
    } else if (ratio < 1.3 && wasFull && !this.isStarting && !this.isTrying) {
      this.limit = Math.min(this.ceiling, this.#most, this.limit * 1.25 + 1);
    }
  }

  #cut(limit: number, meanMs: number, inFlight: number, nowMs: number): void {
    this.isStarting = false;
    this.#cutFrom = this.limit;
    this.#cutMeanMs = meanMs;
    this.#cutInFlight = inFlight;
    this.limit = Math.max(1, Math.min(this.limit, limit));
    this.#skipUntilMs = nowMs;
  }

  #setBase(meanMs: number, nowMs: number): void {
    this.baseMs = meanMs;
    this.#baseAtMs = nowMs;
  }

  /** From few again, doubling, up to the ceiling that is known. */
  beginAnew(limit: number): void {
    this.limit = Math.min(limit, this.limit);
    this.isStarting = true;
  }

  /** Ends the doubling. */
  settle(): void {
    this.isStarting = false;
  }

  /** So many are taken to be all, though no more were refused. */
  assume(places: number, nowMs: number, dearMs: number): void {
    this.refusedAt(places, nowMs, dearMs);
    this.#trial.doubt(nowMs);
  }

  /** Refused, or dropped, with so many under way besides: that many places there are. */
  refusedAt(places: number, nowMs: number, waitedMs: number): void {
    this.isStarting = false;
    const failed = this.isTrying;
    this.#best = Math.max(0.98 * this.#best, this.isProven ? this.ceiling : 0);
    this.#trial.refused(trialUnitMs(this), this.ceiling < 0.75 * this.#best);
    this.#again = nowMs - this.#foundAtMs < 3 * this.baseMs ? this.#again + 1 : 0;
    let found = places;
    if (failed) found = Math.max(places, this.ceiling);
    else if (this.isFlowing && waitedMs === 0) {
      // Once it flows, one too many is one too many; who came late in a burst tells little.
      found = this.#again > 1 ? 0.9 * this.ceiling : Math.max(places, this.ceiling - 1);
    }
    if (this.ceiling === Infinity) this.firstCeiling = found;
    this.ceiling = Math.max(1, Math.min(this.#most, this.ceiling, found));
    this.limit = this.ceiling;
    this.#foundAtMs = nowMs;
    this.#trial.waitAtLeast(30 * waitedMs);
    this.#trial.plan(nowMs);
  }

  /** No ceiling was the reason after all. */
  lift(): void {
    this.ceiling = Infinity;
    this.isProven = false;
    this.isFlowing = false;
    this.#foundAccepted = 0;
    this.#trial.end();
  }

  /** Whether one more than the ceiling is being tried. */
  get isTrying(): boolean {
    return this.#trial.width > 0;
  }

  /** Tries more than the ceiling when its time has come. */
  tryMore(nowMs: number): void {
    if (this.limit < this.ceiling || !this.#trial.isDue(nowMs)) return;
    this.limit = Math.min(this.#most, this.ceiling + this.#trial.begin(nowMs, this.ceiling));
  }

  #judgeTrial(nowMs: number, inFlight: number): void {
    if (!this.#trial.accepted(nowMs, inFlight, this.ceiling, this.baseMs)) return;
    this.ceiling = this.limit;
    this.#trial.succeeded(nowMs, trialUnitMs(this));
    if (this.ceiling >= this.#most) this.lift();
  }
}

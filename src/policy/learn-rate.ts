import { Climb } from "./learn-climb.ts";
import type { Episode } from "./learn-episode.ts";
import type { Flight } from "./learn-flight.ts";
import { Pace } from "./learn-pace.ts";
import { Ruler } from "./learn-ruler.ts";
import { nextWindowEndMs, WindowWatch } from "./learn-window.ts";

/** What else is known when an episode is over. */
export interface Refusal {
  /** Accepted before its first request, since the beginning. */
  readonly acceptedBefore: number;
  readonly nowMs: number;
  /** Nobody leaves for so long. */
  readonly waitMs: number;
  readonly baseMs: number;
  /** Under way besides the first refused one. */
  readonly places: number;
}

/** Just under what was measured: arrivals jitter. */
const UNDER = 0.97;
/** Where a refusal costs a wait. */
const DEAR_UNDER = 0.95;
/** Slowest pace that is tried after a wait that was asked for. */
const SLOWEST = 5;

/** How many per second: looks for the rate from below, and measures it at each refusal. */
export class RateSearch {
  readonly #pace = new Pace();
  readonly #ruler = new Ruler();
  readonly #window = new WindowWatch();
  readonly #climb = new Climb();
  #rate = Infinity;
  #announced = Infinity;
  /** `free`: no limit known; `probing`: one at a time, since nothing gets in; else paced. */
  #mode: "free" | "probing" | "climbing" | "steady" = "free";
  #probeOrder = 0;
  #probeAtMs = 0;
  #probeWaitMs = 0;
  /** Where to begin when it opens. */
  #guess = 0;
  #isMeasured = false;
  #isShallow = false;
  #doubts = 0;
  /** Highest rate that was accepted for a whole round. */
  #low = 0;
  #steadyAccepted = 0;
  #climbAfter = 0;
  #climbAtMs = 0;
  /** Accepted before the last mark. */
  #lastAccepted = 0;
  #heldMs = 0;
  #departed = 0;
  #accepted = 0;
  /** Places that the first refusal may have been about; 0 where that was ruled out. */
  suspectPlaces = 0;
  /** Refusals ask for waits: they are dear. */
  isDear = false;
  dearMs = 0;

  get rate(): number {
    return this.#mode === "free" ? Infinity : this.#rate;
  }

  announce(rate: number, nowMs: number): void {
    if (rate === this.#announced) return;
    this.#announced = rate;
    this.#apply(nowMs);
  }

  #apply(nowMs: number): void {
    this.#pace.set(Math.min(this.rate, this.#announced), nowMs);
  }

  nextAt(nowMs: number, inFlight: number): number {
    if (this.#mode === "probing") return inFlight > 0 ? Infinity : Math.max(this.#probeAtMs, nowMs);
    return this.#pace.nextAt(nowMs);
  }

  depart(nowMs: number): void {
    this.#pace.depart(nowMs);
    if (this.#departed === 0) this.#window.openedAtMs = nowMs;
    this.#departed += 1;
    this.#climb.depart();
  }

  /** Somebody had to wait for a place. */
  noteFull(): void {
    this.#climb.noteFull();
  }

  acceptedSinceMark(accepted: number): number {
    return accepted - this.#lastAccepted;
  }

  mark(accepted: number, atMs: number): void {
    this.#ruler.mark(accepted, atMs, this.#heldMs);
    this.#lastAccepted = accepted;
  }

  /** No rate is the limit. */
  free(): void {
    this.#mode = "free";
    this.#rate = Infinity;
    this.#pace.rate = Infinity;
    this.suspectPlaces = 0;
  }

  /** Counts one that was let in. */
  count(): void {
    this.#accepted += 1;
  }

  /** One was let in, no episode being open. Returns whether places, and no rate, are the limit. */
  accepted(flight: Flight, nowMs: number, baseMs: number, isOurs: boolean): boolean {
    if (this.#mode === "probing") {
      if (flight.order >= this.#probeOrder) this.#open(flight, nowMs);
      return false;
    }
    if (this.#mode === "free" || isOurs) return false;
    this.#steadyAccepted += 1;
    if (this.#mode === "steady") {
      if (this.#steadyAccepted >= this.#climbAfter && nowMs >= this.#climbAtMs) {
        this.#startClimb(nowMs, 1.03);
      }
      return false;
    }
    const { lengthMs } = this.#window;
    const end = this.#climb.accepted(flight.order, nowMs, this.#rate, baseMs, lengthMs);
    if (end === "not yet") return false;
    if (end === "places bind" && this.suspectPlaces > 0) {
      this.free();
      return true;
    }
    if (end === "rate binds") {
      this.#low = this.#rate;
      this.#rate *= this.#climb.step;
      this.#climb.widen(this.#rate / this.#guess);
      this.#apply(nowMs);
    }
    this.#climb.next(this.#departed, nowMs);
    return false;
  }

  /** A probe got in. */
  #open(flight: Flight, nowMs: number): void {
    const window = this.#window;
    const gapMs = flight.atMs - window.shutUntilMs;
    this.#heldMs += flight.atMs - window.shutFromMs;
    const before = this.#accepted - 1;
    const windowed = window.refusedProbes > 0 ? window.judge(before) : undefined;
    const openMs = flight.atMs - window.shutFromMs;
    const wasRefused = window.refusedProbes > 0;
    window.opened(flight.atMs, before);
    if (windowed !== undefined) {
      this.#rate = windowed * (this.isDear ? DEAR_UNDER : UNDER);
      this.#isMeasured = true;
      this.suspectPlaces = 0;
      this.#climbAfter = 200;
      this.#climbAtMs = nowMs + 5000;
    } else if (this.#isMeasured) {
      this.#rate = this.#guess;
    } else {
      this.#rate = Math.max(this.isDear ? SLOWEST : 1000 / openMs, this.#guess);
      this.#low = 0;
      this.#startClimb(nowMs, wasRefused ? 1.25 : 2);
      return;
    }
    this.#guess = this.#rate;
    this.#hold(nowMs);
    if (window.lengthMs >= 5000) this.#pace.grant((this.#rate * gapMs) / 2000);
  }

  #startClimb(nowMs: number, step: number): void {
    this.#mode = "climbing";
    if (step < 1.1) this.#rate *= step;
    this.#apply(nowMs);
    this.#climb.start(step, this.#departed, nowMs);
  }

  refused(episode: Episode, refusal: Refusal): void {
    const { acceptedBefore, nowMs, waitMs, baseMs, places } = refusal;
    const { atMs } = episode.first;
    const since = this.acceptedSinceMark(acceptedBefore);
    const isFirst = this.#ruler.marks === 0;
    if (waitMs > 0) this.isDear = true;
    this.dearMs = Math.max(this.dearMs, waitMs);
    if (isFirst) {
      this.mark(acceptedBefore, atMs);
      this.#window.shut(atMs);
      this.suspectPlaces = waitMs > 0 ? Math.floor(0.9 * places) : places;
      this.#isShallow = acceptedBefore < 6;
      this.#guess = acceptedBefore / (1 + (atMs - this.#window.openedAtMs) / 1000);
      if (episode.span >= 8 && episode.acceptedShare > 0.25) {
        this.#rate = episode.acceptedShare * episode.pace;
        this.#startClimb(nowMs, 2);
        return;
      }
      this.#probe(nowMs, waitMs, Math.max(2 * baseMs, 50));
      return;
    }
    if (since === 0 || (since === 1 && this.#guess > 5)) {
      if (this.#mode === "probing") this.#window.probeRefused(atMs);
      else this.#window.shut(atMs);
      const again = this.#mode === "probing" ? 1.6 * this.#probeWaitMs : 0;
      if (!this.#isMeasured) this.#guess /= 2;
      this.#probe(nowMs, waitMs, Math.min(5000, Math.max(again, 50)));
      return;
    }
    this.mark(acceptedBefore, atMs);
    this.#window.shut(atMs);
    this.suspectPlaces = 0;
    const measured = this.#measure(since, acceptedBefore, waitMs);
    this.#rate = Math.min(measured * (this.isDear ? DEAR_UNDER : UNDER), this.#rate);
    this.#guess = this.#rate;
    this.#isMeasured = true;
    this.#climbAfter = 200 * episode.refused;
    this.#climbAtMs = nowMs + 2000 + 30 * waitMs;
    if (waitMs > 0) this.#window.opened(nowMs + waitMs, acceptedBefore);
    this.#hold(nowMs + waitMs);
    this.#pace.empty(nowMs + waitMs);
  }

  /** Requests per second between refusals. */
  #measure(since: number, acceptedBefore: number, waitMs: number): number {
    const window = this.#window;
    if ((waitMs > 0 && !this.#isMeasured && !this.#isShallow) || window.size > 0) {
      const known = window.rate;
      const windowed = window.judge(acceptedBefore);
      if (windowed !== undefined) {
        // Refused below what a window seemed to hold: once may be chance, twice is no window.
        if (known === undefined || this.#rate > windowed || this.#doubts === 0) {
          if (known !== undefined && this.#rate <= windowed) this.#doubts += 1;
          return windowed === known && this.#rate <= windowed ? windowed * 0.97 : windowed;
        }
        window.forget();
        this.#doubts = 0;
      }
    }
    const near = this.#ruler.measure(16) ?? this.#ruler.measure(2) ?? { low: 1, high: 1 };
    const far = this.#ruler.measure(100);
    let measured = near.low + 0.3 * (near.high - near.low);
    if (far !== undefined && Math.abs(far.low / near.low - 1) < 0.1) measured = far.low;
    if (this.#isShallow) return Math.max(measured, this.#low);
    return since < 8 ? Math.min(measured, this.#rate * 0.8) : measured;
  }

  #hold(nowMs: number): void {
    this.#mode = "steady";
    this.#steadyAccepted = 0;
    this.#apply(nowMs);
  }

  #probe(nowMs: number, waitMs: number, probeMs: number): void {
    this.#mode = "probing";
    this.#probeOrder = this.#departed;
    this.#probeWaitMs = Math.max(waitMs, probeMs);
    const endMs = nextWindowEndMs(this.#window.openedAtMs, nowMs) + 20;
    this.#probeAtMs =
      nowMs + (waitMs > 0 ? waitMs : Math.min(probeMs, Math.max(20, endMs - nowMs)));
  }
}

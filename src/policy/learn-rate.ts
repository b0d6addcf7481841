import { Climb } from "./learn-climb.ts";
import { ClimbPlan } from "./learn-climb-plan.ts";
import type { Episode } from "./learn-episode.ts";
import type { Refusal } from "./learn-refusal.ts";
import { RateEstimate, type RememberedRate } from "./learn-estimate.ts";
import { AT_ONCE, type Flight } from "./learn-flight.ts";
import { Pace } from "./learn-pace.ts";
import { Probe } from "./learn-probe.ts";
import { Spending } from "./learn-spending.ts";

/** Slowest pace that is tried after a wait that was asked for. */
const SLOWEST = 10;

/** How many per second: looks for the rate from below, and measures it at each refusal. */
export class RateSearch {
  readonly pace = new Pace();
  readonly estimate = new RateEstimate();
  readonly #window = this.estimate.window;
  readonly climb = new Climb();
  readonly #plan = new ClimbPlan();
  #rate = Infinity;
  /** `free`: no limit known; `probing`: one at a time, since nothing gets in; else paced. */
  #mode: "free" | "probing" | "climbing" | "steady" = "free";
  readonly #probe = new Probe();
  /** Where to begin when it opens. */
  #guess = 0;
  readonly #spending = new Spending(this.#window);
  #departed: number;
  /** Places that the first refusal may have been about; 0 where that was ruled out. */
  suspectPlaces = 0;
  /** A window has opened that is spent at once: how many at once is to grow from so few; 0 where not. */
  beginsWith = 0;

  constructor(departed: number, firstMs: number) {
    this.#departed = departed;
    this.#window.openedAtMs = firstMs;
  }

  get rate(): number {
    return this.#mode === "free" ? Infinity : this.#rate;
  }

  get isClimbing(): boolean {
    return this.#mode === "climbing";
  }

  remembered(): RememberedRate {
    const { pace } = this.#spending;
    const isBound = this.estimate.isMeasured && this.#mode !== "free";
    return this.estimate.remembered(isBound ? this.#guess : 0, pace < Infinity ? pace : 0);
  }

  nextAt(nowMs: number, inFlight: number): number {
    if (this.#mode !== "probing") return this.pace.nextAt(nowMs);
    return inFlight > 0 ? Infinity : Math.max(this.#probe.atMs, nowMs);
  }

  depart(nowMs: number): void {
    this.pace.depart(nowMs);
    if (this.#departed === 0) this.#begin(nowMs);
    this.#departed += 1;
    this.climb.depart();
    if (this.#spending.depart()) this.#waitForWindow(nowMs);
  }

  /** The first one leaves, with what is remembered. */
  #begin(nowMs: number): void {
    this.#window.openedAtMs = nowMs;
    this.estimate.mark(0, nowMs);
    this.#plan.settle(200, nowMs + 5000 + 30 * this.estimate.dearMs);
    if (this.#spending.isLong) this.#spend(nowMs);
  }

  /** Begins with a rate that is remembered. Before the first departure. */
  restore(remembered: RememberedRate): void {
    const { rate, windowSize } = remembered;
    this.#rate = windowSize > 0 ? rate : rate * 0.98;
    this.#guess = this.#rate;
    this.estimate.restore(remembered);
    if (remembered.innerRate > 0) this.#spending.limit(remembered.innerRate);
    this.#hold(0);
    this.pace.grant(Math.floor(0.8 * remembered.burst));
  }

  /** No rate is the limit. */
  free(nowMs: number): void {
    this.#mode = "free";
    this.#rate = Infinity;
    this.pace.set(Infinity, nowMs);
    this.suspectPlaces = 0;
  }

  /** One was let in, no episode being open. Returns whether places, and no rate, are the limit. */
  accepted(flight: Flight, nowMs: number, baseMs: number, isOurs: boolean): boolean {
    if (this.#mode === "probing") {
      if (flight.order >= this.#probe.order) this.#open(flight, nowMs);
      return false;
    }
    if (this.#mode === "free" || isOurs) return false;
    if (this.#mode === "steady") {
      if (!this.#spending.isOn && this.#plan.accepted(nowMs)) {
        this.#startClimb(nowMs, this.#plan.isSettled ? 1.03 : this.estimate.isDear ? 1.06 : 1.15);
      }
      return false;
    }
    const { lengthMs, rate: windowed = Infinity } = this.#window;
    const end = this.climb.accepted(flight.order, nowMs, this.#rate, baseMs, lengthMs);
    if (end === "not yet") return false;
    if (end === "places bind" && this.suspectPlaces > 0) {
      this.free(nowMs);
      return true;
    }
    if (end === "rate binds") {
      this.estimate.low = this.#rate;
      const saved = this.#plan.hasFallen ? 0 : this.estimate.burst;
      const known = { measured: this.#guess, windowed, saved };
      this.#rate = this.climb.raise(this.#rate, known, nowMs);
      this.pace.set(this.#rate, nowMs);
    }
    this.climb.next(this.#departed, nowMs);
    return false;
  }

  /** A probe got in. */
  #open(flight: Flight, nowMs: number): void {
    const window = this.#window;
    const before = this.estimate.accepted - 1;
    const gapMs = flight.atMs - window.shutUntilMs;
    const shutMs = flight.atMs - window.shutFromMs;
    const wasRefused = window.refusedProbes > 0;
    this.estimate.held(shutMs);
    if (this.#spending.goesOn(shutMs)) {
      this.#hold(nowMs);
      this.#spending.goOn(before);
      this.pace.set(this.#spending.pace, nowMs);
      return;
    }
    const known = this.estimate.isMeasured ? this.#guess : undefined;
    const windowed = wasRefused ? this.#spending.judge(before, flight.atMs, known) : undefined;
    const pace = window.paceUntil(flight.atMs, before);
    const isRest = this.#spending.isLong && !wasRefused;
    if (!isRest) window.opened(flight.atMs, before);
    if (windowed !== undefined) {
      this.#rate = windowed * this.estimate.under;
      this.estimate.isMeasured = true;
      this.suspectPlaces = 0;
      this.#plan.settle(200, nowMs + 5000);
    } else if (this.estimate.isMeasured) this.#rate = this.#guess;
    else {
      const least = this.estimate.isDear ? SLOWEST : wasRefused ? pace : 1000 / shutMs;
      this.#rate = wasRefused ? least : Math.max(least, this.#guess);
      this.#guess = this.#rate;
      this.estimate.low = 0;
      this.#startClimb(nowMs, wasRefused ? 1.25 : 2);
      return;
    }
    this.#guess = this.#rate;
    this.#hold(nowMs);
    const rest = isRest ? { atMs: flight.atMs, accepted: before } : undefined;
    if (this.#spending.isLong) this.#spend(nowMs, rest);
    else if (window.lengthMs >= 5000) this.pace.grant((this.#rate * gapMs) / 2000);
  }

  /** A long window is spent at once, and then waited for. */
  #spend(nowMs: number, rest?: Parameters<Spending["begin"]>[0]): void {
    this.#spending.begin(rest);
    this.pace.set(this.#spending.pace, nowMs);
    this.beginsWith = rest === undefined ? AT_ONCE : 1;
  }

  #waitForWindow(nowMs: number): void {
    this.#spending.spent(this.estimate.accepted);
    this.#window.shut(nowMs);
    this.#beginProbing(nowMs, 0, 1000);
    // One whose beginning was not seen may end at any time.
    if (this.#window.wasSeenOpening) this.#probe.expect(this.#window);
  }

  #startClimb(nowMs: number, step: number): void {
    this.#mode = "climbing";
    if (step < 1.2) this.#rate *= step;
    this.pace.set(this.#rate, nowMs);
    this.climb.start(step, this.#departed, nowMs);
  }

  /** An episode is over, and not places were its reason. */
  refused(episode: Episode, refusal: Refusal): void {
    const { acceptedBefore, nowMs, waitMs, baseMs, places } = refusal;
    const { refused, first } = episode;
    const { atMs } = first;
    const since = this.estimate.since(acceptedBefore);
    this.estimate.dearMs = Math.max(this.estimate.dearMs, waitMs);
    if (this.estimate.isEmpty) {
      this.#guess = this.estimate.first(acceptedBefore, atMs);
      this.suspectPlaces = waitMs > 0 ? Math.ceil(0.88 * places) : places;
      if (episode.span >= 8 && episode.acceptedShare > 0.25) {
        this.#rate = episode.acceptedShare * episode.pace;
        this.#startClimb(nowMs, 2);
      } else this.#beginProbing(nowMs, waitMs, Math.max(2 * baseMs, 50));
      return;
    }
    if (this.#mode === "probing") {
      this.#window.probeRefused(atMs, acceptedBefore);
      this.#probe.again(this.#departed, nowMs, waitMs, this.#window);
      return;
    }
    if (this.#spending.isOn) {
      this.#beginProbing(nowMs, waitMs, this.#spending.refused(acceptedBefore, atMs));
      return;
    }
    if (since === 0 || (since === 1 && this.#guess > 5)) {
      this.#window.shut(atMs);
      this.#beginProbing(nowMs, waitMs, 50);
      return;
    }
    this.suspectPlaces = 0;
    const measured = this.estimate.measure({
      acceptedBefore,
      atMs,
      rate: this.#rate,
      wasSteady: this.#mode === "steady",
      isDear: waitMs > 0,
    });
    this.#rate = Math.min(measured * this.estimate.under, this.#rate);
    const isCertain = this.#window.size > 0;
    const rates = { rate: this.#rate, before: this.#guess };
    this.#plan.measured({ nowMs, ...rates, refused, waitMs, isCertain });
    this.#guess = this.#rate;
    this.estimate.isMeasured = true;
    if (waitMs > 0) this.#window.opened(nowMs + waitMs, acceptedBefore);
    this.#hold(nowMs + waitMs);
    this.pace.empty(nowMs + waitMs);
  }

  #hold(nowMs: number): void {
    this.#mode = "steady";
    this.#spending.end();
    // Windows let in any pace for a while: only whole ones count.
    if (this.#window.size > 0) this.estimate.low = 0;
    this.pace.set(this.#rate, nowMs);
  }

  #beginProbing(nowMs: number, waitMs: number, firstMs: number): void {
    this.#mode = "probing";
    this.#spending.end();
    this.#probe.begin(this.#departed, nowMs, firstMs, waitMs, this.#window);
  }
}

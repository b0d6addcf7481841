import { Climb } from "./learn-climb.ts";
import { ClimbPlan } from "./learn-climb-plan.ts";
import type { Episode } from "./learn-episode.ts";
import type { Refusal } from "./learn-refusal.ts";
import { RateEstimate } from "./learn-estimate.ts";
import { AT_ONCE, type Flight } from "./learn-flight.ts";
import { Pace } from "./learn-pace.ts";
import { Probe } from "./learn-probe.ts";
import type { RememberedRate } from "./learn-remembered.ts";
import { Spending } from "./learn-spending.ts";

/** How many per second: looks for the rate from below, and measures it at each refusal. */
export class RateSearch {
  readonly estimate = new RateEstimate();
  readonly pace = new Pace(this.estimate);
  readonly #window = this.estimate.window;
  readonly climb = new Climb();
  readonly #plan = new ClimbPlan();
  #rate = Infinity;
  /** `free`: no limit known; `probing`: one at a time, since nothing gets in; else paced. */
  #mode: "free" | "probing" | "climbing" | "steady" = "free";
  readonly probe = new Probe();
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
    const isBound = this.estimate.isMeasured && this.#mode !== "free";
    return this.estimate.remembered(isBound ? this.#guess : 0, this.#spending.innerRate);
  }

  nextAt(nowMs: number): number {
    return (this.#mode === "probing" ? this.probe : this.pace).nextAt(nowMs);
  }

  /** Whether a probe has got in: by now it would have been refused. */
  hasHeard(nowMs: number): boolean {
    if (this.#mode !== "probing" || nowMs < this.probe.heardMs) return false;
    this.#open(this.probe.flight!, nowMs);
    return true;
  }

  /** One leaves, `unanswered` of all before having been refused. */
  depart(flight: Flight, unanswered: number): void {
    this.pace.depart(flight.atMs);
    if (this.#mode === "probing") this.probe.leaves(flight, flight.order - unanswered);
    if (this.#departed === 0) this.#begin(flight.atMs);
    this.#departed += 1;
    this.climb.depart();
    if (this.#spending.depart()) this.#waitForWindow(flight.atMs);
  }

  /** The first one leaves, with what is remembered. */
  #begin(nowMs: number): void {
    this.#window.openedAtMs = nowMs;
    this.estimate.mark(0, nowMs);
    this.#plan.remembered(nowMs, this.estimate);
    if (this.#spending.isLong) this.#spend(nowMs);
  }

  /** Begins with a rate that is remembered. Before the first departure. */
  restore(remembered: RememberedRate): void {
    this.#rate = remembered.rate;
    this.#guess = this.#rate;
    this.estimate.restore(remembered);
    if (remembered.innerRate > 0) this.#spending.limit(remembered.innerRate);
    this.#hold(0);
    this.pace.grant(this.estimate.stock);
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
      if (flight === this.probe.flight) this.#open(flight, nowMs);
      return false;
    }
    if (this.#mode === "free" || isOurs) return false;
    if (this.#mode === "steady") {
      if (!this.#spending.isOn && this.#plan.accepted(nowMs)) {
        this.estimate.letIn(this.#rate, nowMs - this.#plan.sinceMs);
        this.#startClimb(nowMs, this.#plan.isSettled ? 1.03 : this.estimate.isDear ? 1.06 : 1.15);
      }
      return false;
    }
    const { lengthMs, rate: windowed = Infinity } = this.#window;
    const end = this.climb.accepted(flight.order, nowMs, this.#rate, baseMs, lengthMs);
    if (end === "not yet") return false;
    if (end === "places bind" && this.suspectPlaces > 0 && this.estimate.isDear) {
      // A window that has begun anew lets in as many, too, and so does a bucket that had time to fill.
      if (!this.estimate.isBeyondWindows) return false;
      this.free(nowMs);
      return true;
    }
    if (end === "rate binds") {
      this.estimate.passed(this.#rate, this.climb.tookMs(nowMs));
      const saved = this.#plan.mayHaveRisen ? 0 : this.estimate.burst;
      this.#rate = this.climb.raise(this.#rate, { measured: this.#guess, windowed, saved }, nowMs);
      this.pace.set(this.#rate, nowMs);
    }
    this.climb.next(this.#departed, nowMs);
    return false;
  }

  /** A probe got in. */
  #open(flight: Flight, nowMs: number): void {
    const { estimate } = this;
    const window = this.#window;
    const before = this.probe.acceptedBefore;
    const gapMs = flight.atMs - window.shutUntilMs;
    const shutMs = flight.atMs - window.shutFromMs;
    const wasRefused = window.refusedProbes > 0;
    estimate.held(shutMs);
    if (this.#spending.goesOn(shutMs)) {
      this.#hold(nowMs);
      this.#spending.goOn(before);
      this.pace.set(this.#spending.pace, nowMs);
      return;
    }
    const known = estimate.isMeasured ? this.#guess : undefined;
    const windowed = wasRefused ? this.#spending.judge(before, flight.atMs, known) : undefined;
    const pace = window.paceUntil(flight.atMs, before);
    const isRest = this.#spending.isLong && !wasRefused;
    if (!isRest) window.opened(flight.atMs, before);
    if (windowed === undefined && !estimate.isMeasured) {
      this.#rate = Math.max(estimate.slowest(pace), wasRefused ? 0 : this.#guess);
      this.#guess = this.#rate;
      estimate.low = 0;
      return this.#startClimb(nowMs, wasRefused ? 1.25 : 2);
    }
    if (windowed !== undefined) {
      this.#guess = windowed * estimate.under;
      estimate.isMeasured = true;
      this.suspectPlaces = 0;
      this.#plan.settle(200, nowMs + 5000);
    }
    this.#rate = this.#guess;
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
    this.probe.expect(nowMs, this.#window);
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
    const { atMs } = episode.first;
    const { estimate, climb } = this;
    this.probe.refusalMs = episode.openedAtMs - atMs;
    const since = estimate.since(acceptedBefore);
    estimate.dearMs = Math.max(estimate.dearMs, waitMs);
    if (estimate.isEmpty) {
      this.#guess = estimate.first(acceptedBefore, atMs, places);
      this.suspectPlaces = waitMs > 0 ? Math.ceil(0.88 * places) : places;
      if (episode.passed !== undefined) {
        this.#rate = episode.passed;
        this.#startClimb(nowMs, 1.25);
      } else this.#beginProbing(nowMs, waitMs, this.probe.firstMs(baseMs));
      return;
    }
    if (this.#mode === "probing") {
      this.#window.probeRefused(atMs, acceptedBefore);
      this.probe.again(nowMs, waitMs, this.#window, estimate.handful);
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
    const wasSteady = this.#mode === "steady";
    const at = { acceptedBefore, rate: this.#rate, wasSteady, isDear: waitMs > 0, climb };
    this.#rate = Math.min(estimate.measure(episode, at) * estimate.under, this.#rate);
    estimate.held(nowMs + waitMs - episode.openedAtMs);
    const before = estimate.isMeasured ? this.#guess : 0;
    const found = { rate: this.#rate, before, isCertain: this.#window.size > 0 };
    this.#plan.measured({ nowMs, ...found, refused: episode.refused, waitMs });
    this.#guess = this.#rate;
    estimate.isMeasured = true;
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
    this.probe.begin(nowMs, firstMs, waitMs, this.#window);
  }
}

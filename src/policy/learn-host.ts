import { arePlaces, Chance } from "./learn-blame.ts";
import { AnnouncedBudget } from "./learn-budget.ts";
import { ConcurrencyLimit } from "./learn-concurrency.ts";
import { Episode } from "./learn-episode.ts";
import { AT_ONCE, burstWith, type Flight, NO_BURST } from "./learn-flight.ts";
import { profileOf, restoreProfile } from "./learn-profile.ts";
import { RateSearch } from "./learn-rate.ts";
import { SilentGrowth } from "./learn-silence.ts";
import type { LimitProfile } from "./limit-profile.ts";
import type {
  Departure,
  Landing,
  LearnedLimits,
  RateLearner,
  RateLearnerOptions,
} from "./rate-learner.ts";

const NOTHING: Flight = { atMs: 0, order: -1, inFlight: 0, burst: NO_BURST };

/** One host's limits: how many at once, how many per second, not before when. */
export class HostLimits implements RateLearner {
  readonly #concurrency: ConcurrencyLimit;
  /** Only where a rate is known or was met: most hosts never need it. */
  #rate: RateSearch | undefined;
  #budget: AnnouncedBudget | undefined;
  #episode: Episode | undefined;
  #untilMs = 0;
  #inFlight = 0;
  #departed = 0;
  #firstMs = 0;
  #accepted = 0;
  /** Refused or dropped, of all that left before the present episode. */
  #unanswered = 0;
  #last: Flight = NOTHING;
  readonly #silence: SilentGrowth;
  #burst = NO_BURST;
  /** Departures up to here were judged. */
  #judged = -1;
  readonly #chance = new Chance();
  /** Most under way with which one was let in since the last episode. */
  #highest = 0;

  constructor({ most, start, first, profile }: RateLearnerOptions) {
    this.#concurrency = new ConcurrencyLimit(most, start ?? first ?? AT_ONCE);
    if (profile !== undefined) this.#rate = restoreProfile(profile, this.#concurrency);
    this.#silence = new SilentGrowth(this.#concurrency.limit);
    if (start !== undefined) this.#concurrency.settle();
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get limits(): LearnedLimits {
    return {
      rate: this.#rate?.rate ?? Infinity,
      concurrency: this.#concurrency.allowed(),
      untilMs: this.#untilMs,
    };
  }

  nextAt(nowMs: number): number {
    if (this.#episode !== undefined) {
      if (nowMs >= this.#episode.closesAtMs) this.#close(nowMs);
      // Where places are known, a pause would only make the next ones leave together.
      else if (!this.#knowsPlaces) return this.#episode.closesAtMs;
    }
    const rate = this.#rate;
    if (rate?.hasHeard(nowMs) === true) this.#begin(rate);
    this.#concurrency.tryMore(nowMs);
    if (this.#inFlight >= this.#allowed()) {
      this.#concurrency.wasFull = true;
      this.#rate?.climb.noteFull();
      const moreAt = this.#silentAt(nowMs);
      if (moreAt > nowMs) return moreAt;
      this.#concurrency.grow(1);
      this.#silence.grew(nowMs);
    }
    const at = Math.max(this.#untilMs, rate?.nextAt(nowMs) ?? nowMs, this.#spacedAtMs);
    if (this.#budget === undefined) return at;
    const told = this.#budget.nextAt(nowMs, this.#departed, this.#concurrency.baseMs);
    // With nobody under way no answer will tell.
    return told === Infinity && this.#inFlight === 0 ? at : Math.max(at, told);
  }

  /** While it doubles, departures are spaced, so that they do not leave in knots. */
  get #spacedAtMs(): number {
    const isPaced = (this.#rate?.pace.rate ?? Infinity) < Infinity;
    if (isPaced || !this.#concurrency.isOpen) return 0;
    return this.#last.atMs + this.#concurrency.spacingMs;
  }

  /** When time alone lets one more leave. */
  #silentAt(nowMs: number): number {
    const { isOpen, limit } = this.#concurrency;
    return isOpen ? this.#silence.moreAt(nowMs, limit) : Infinity;
  }

  get #knowsPlaces(): boolean {
    return this.#concurrency.isFlowing && (this.#rate?.rate ?? Infinity) === Infinity;
  }

  #allowed(): number {
    if (this.#episode !== undefined) return Math.max(1, this.#concurrency.allowed() - 1);
    if (this.#rate === undefined) return this.#concurrency.allowed();
    const { suspectPlaces, estimate } = this.#rate;
    const allowed = this.#concurrency.allowedAt(this.#rate.pace.rate);
    return estimate.isDear && suspectPlaces > 3 ? Math.min(allowed, suspectPlaces) : allowed;
  }

  depart(nowMs: number): Departure {
    this.#inFlight += 1;
    const inFlight = this.#inFlight;
    const order = this.#departed;
    this.#burst = burstWith(this.#burst, nowMs, order, inFlight);
    const flight = { atMs: nowMs, order, inFlight, burst: this.#burst };
    this.#departed += 1;
    this.#last = flight;
    if (flight.order === 0) this.#firstMs = nowMs;
    this.#rate?.depart(flight, this.#unanswered);
    return flight;
  }

  land(departure: Departure, landing: Landing): void {
    const flight = departure as Flight;
    const { nowMs, kind, latencyMs, readings } = landing;
    this.#inFlight -= 1;
    if (readings !== undefined && readings.length > 0) {
      this.#budget ??= new AnnouncedBudget();
      this.#budget.read(readings, {
        order: flight.order,
        inFlight: flight.inFlight,
        departed: this.#departed,
        nowMs,
        isRefused: kind === "refused",
      });
      const { rate } = this.#budget;
      if (rate < Infinity) this.#search().pace.announce(rate, nowMs);
      else this.#rate?.pace.announce(rate, nowMs);
    }
    const episode = this.#episode;
    if (kind === "accepted") {
      if (flight.order > this.#judged) this.#highest = Math.max(this.#highest, flight.inFlight);
      this.#accepted += 1;
      this.#silence.heard(nowMs);
      const isOurs = (landing.ownLoad ?? 0) > 0.9;
      this.#concurrency.accepted(nowMs, latencyMs ?? Number.NaN, flight.inFlight, isOurs);
      if (episode === undefined && this.#rate !== undefined) {
        this.#tell(this.#rate, flight, nowMs, isOurs);
      }
    } else {
      this.#silence.end();
      this.#rate?.probe.missed(flight);
      const isRefused = kind === "refused";
      flight.burst.refused += 1;
      const retryAfterMs = landing.retryAfterMs ?? 0;
      if (retryAfterMs > 0) this.#untilMs = Math.max(this.#untilMs, nowMs + retryAfterMs);
      if (episode === undefined && flight.order > this.#judged) {
        const out = this.#inFlight + 1;
        this.#episode = new Episode(flight, nowMs, this.#last, out);
      }
      if (this.#episode === undefined) this.#unanswered += 1;
      else this.#episode.add(flight, isRefused, retryAfterMs);
    }
    if (this.#episode !== undefined && flight.order <= this.#episode.lastOrder) {
      this.#episode.out -= 1;
      if (this.#episode.out === 0) this.#close(nowMs);
    }
  }

  /** One was let in, and there is a rate to look for. */
  #tell(rate: RateSearch, flight: Flight, nowMs: number, isOurs: boolean): void {
    const concurrency = this.#concurrency;
    const suspected = rate.suspectPlaces;
    rate.estimate.accepted = this.#accepted;
    if (rate.accepted(flight, nowMs, concurrency.baseMs, isOurs)) {
      concurrency.assume(suspected, nowMs, rate.estimate.dearMs);
    }
    this.#begin(rate);
    const suspect = rate.suspectPlaces;
    if (suspect > 0 && flight.order > this.#judged && flight.inFlight > 1.25 * suspect + 1) {
      rate.suspectPlaces = 0;
    }
  }

  /** A window may have opened that is spent at once. */
  #begin(rate: RateSearch): void {
    if (rate.beginsWith > 0) this.#concurrency.beginAnew(rate.beginsWith);
    rate.beginsWith = 0;
  }

  #search(): RateSearch {
    this.#rate ??= new RateSearch(this.#departed, this.#firstMs);
    return this.#rate;
  }

  #close(nowMs: number): void {
    const episode = this.#episode!;
    const { first } = episode;
    this.#episode = undefined;
    this.#judged = episode.lastOrder;
    const acceptedBefore = first.order - this.#unanswered;
    this.#unanswered += episode.refused + episode.failed;
    const places = first.burst.inFlight - first.burst.refused;
    const highest = this.#highest;
    this.#highest = 0;
    const concurrency = this.#concurrency;
    const rate = this.#search();
    const wait = Math.max(0, this.#untilMs - nowMs);
    if (this.#chance.isAll(episode, acceptedBefore, rate.isClimbing)) return;
    // The server tells of its own limit and that it is used up: nothing to guess.
    if (this.#budget?.isSpent(first.atMs) === true) return;
    if (episode.refused === 0) {
      // With nobody let in besides, it says nothing of places.
      if (places > 0) concurrency.refusedAt(places, nowMs, 0);
      return;
    }
    const accepted = rate.estimate.since(acceptedBefore);
    if (accepted > 0 && arePlaces({ episode, accepted, places, highest, concurrency, rate })) {
      rate.free(nowMs);
      rate.estimate.mark(acceptedBefore, first.atMs);
      rate.estimate.reopens = { atMs: nowMs + wait, accepted: this.#accepted };
      const isSure = !rate.estimate.isDear || concurrency.isProven || concurrency.isTrying;
      // Of those under way some have left the server already; where a refusal is dear, count them out.
      concurrency.refusedAt(Math.max(1, isSure ? places : Math.ceil(0.88 * places)), nowMs, wait);
      return;
    }
    // Who left meanwhile left as fast, and tells nothing more.
    this.#judged = this.#last.order;
    if (rate.rate === Infinity) rate.estimate.flowed(concurrency, accepted);
    if (rate.rate === Infinity) concurrency.lift();
    concurrency.settle();
    const { baseMs } = concurrency;
    rate.refused(episode, { acceptedBefore, nowMs, waitMs: wait, baseMs, places });
  }

  restart(nowMs: number, what: "places" | "everything" = "places"): void {
    this.#untilMs = Math.min(this.#untilMs, nowMs);
    this.#silence.end();
    this.#concurrency.beginAnew(what === "places" ? 1 : AT_ONCE);
    if (what === "places") return;
    this.#rate = undefined;
    this.#episode = undefined;
    this.#judged = this.#departed - 1;
  }

  profile(): LimitProfile {
    return profileOf(this.#rate, this.#concurrency, this.#budget?.isKnown === true);
  }
}

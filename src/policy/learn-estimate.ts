import type { Climb } from "./learn-climb.ts";
import type { Episode } from "./learn-episode.ts";
import type { RememberedRate } from "./learn-remembered.ts";
import { Ruler } from "./learn-ruler.ts";
import { WindowWatch } from "./learn-window.ts";

/** Just under what was measured: arrivals jitter. */
const UNDER = 0.97;
/** Where a refusal costs a wait. */
const DEAR_UNDER = 0.95;

/** Share of what was let in at once that a round of a climb may have found saved up. Fitted to two in a second. */
const SAVED = 0.25;
/** So many, some of which were refused, need no other measure. */
const MANY = 32;
/** Windows let in any pace for a while: one that is let in for less than this proves nothing. Milliseconds. */
const PROOF_MS = 1000;

/** Slowest pace that is tried after a wait that was asked for. */
const SLOWEST = 10;

/** What was measured at a refusal. */
export interface Refused {
  readonly acceptedBefore: number;
  /** The pace at which it happened, and whether that was a pace thought safe. */
  readonly rate: number;
  readonly wasSteady: boolean;
  /** The server asked for a wait. */
  readonly isDear: boolean;
  /** Where it was no pace thought safe, and no places were: the climb that it ended. */
  readonly climb: Climb;
}

/** Places that were known. */
export interface KnownPlaces {
  readonly ceiling: number;
  /** Answers went on to come in while that many were under way. */
  readonly isFlowing: boolean;
  /** A round trip, milliseconds; 0 where unknown. */
  readonly baseMs: number;
}

/** What is known of a rate: marks, windows, and paces that were let in. */
export class RateEstimate {
  readonly #ruler = new Ruler();
  readonly window = new WindowWatch();
  /** Highest rate that was let in for a whole round. */
  low = 0;
  /** Let in for so long that no bucket and no window explains it. */
  #proven = 0;
  /** Nearly nothing was let in before the first refusal: no bucket to speak of. */
  isShallow = false;
  isMeasured = false;
  /** Let in since the beginning. */
  accepted = 0;
  /** Longest wait that a refusal cost, milliseconds. */
  dearMs = 0;
  /** Accepted before the first refusal, above what the rate explains; 0 where unknown. */
  burst = 0;
  /** Where places refused the last time: when somebody may leave again, and what was let in until then. */
  reopens: { readonly atMs: number; readonly accepted: number } | undefined;
  #firstAccepted = 0;
  #firstMs = 0;
  #lastAccepted = 0;
  #lastMs = 0;
  #heldMs = 0;

  /** Refusals ask for waits. */
  get isDear(): boolean {
    return this.dearMs > 0;
  }

  /** Share of what was measured that is used. */
  get under(): number {
    return this.isDear && this.window.size === 0 ? DEAR_UNDER : UNDER;
  }

  /** Slowest pace to try once it is open again; `pace`: so many were let in, the time that it was shut included. */
  slowest(pace: number): number {
    return this.isDear ? SLOWEST : pace;
  }

  /** What may leave at once of a bucket that has had time to fill: nearly all, for it was measured with jitter. */
  get stock(): number {
    return Math.max(0, Math.min(this.burst - 1, Math.round(0.95 * this.burst)));
  }

  get isEmpty(): boolean {
    return this.#ruler.marks === 0;
  }

  /** Accepted since the last mark. */
  since(accepted: number): number {
    return accepted - this.#lastAccepted;
  }

  /** More was let in since the last refusal than two windows hold, if the first of all used one up. */
  get isBeyondWindows(): boolean {
    return this.since(this.accepted) > 2 * this.#firstAccepted;
  }

  /** All that left at this rate for so long was let in: that much is, but for what a bucket had saved up. */
  letIn(rate: number, tookMs: number): void {
    if (tookMs >= PROOF_MS) this.#proven = rate - (this.burst * 1000) / tookMs;
  }

  /** Let in at once at first, where that was no more than a handful; else Infinity. */
  get handful(): number {
    return this.isShallow ? this.#firstAccepted : Infinity;
  }

  /** All that left at this rate in a round was let in: that much is, but for what was let in at once at first. */
  passed(rate: number, tookMs: number): void {
    const atOnce = this.isShallow ? this.#firstAccepted - 1 : 0;
    this.low = rate - (SAVED * atOnce * 1000) / tookMs;
    this.letIn(rate, tookMs);
  }

  /** As many were let in since the last mark as before it and as before the first refusal, to one in twenty: what is used up is a window. */
  isThrice(since: number): boolean {
    const counts = [since, this.#ruler.sinceBefore, this.#firstAccepted];
    const least = Math.min(...counts);
    return least >= MANY / 2 && Math.max(...counts) <= 1.05 * least;
  }

  /** Places were none: so many in a round trip were let in, and of no depth; or a window. `since`: let in since the last mark. */
  flowed({ ceiling, isFlowing, baseMs }: KnownPlaces, since: number): void {
    if (this.isShallow && isFlowing && baseMs > 0) this.low = (ceiling * 1000) / baseMs;
    const { reopens } = this;
    if (reopens !== undefined && this.isThrice(since)) {
      this.window.opened(reopens.atMs, reopens.accepted);
    }
  }

  /** Here a limit was used up. */
  mark(accepted: number, atMs: number): void {
    if (this.isEmpty) {
      this.#firstAccepted = accepted;
      this.#firstMs = atMs - this.window.openedAtMs;
    }
    this.#ruler.mark(accepted, atMs, this.#heldMs);
    this.#lastAccepted = accepted;
    this.#lastMs = atMs;
  }

  /**
   * The first refusal of all, with `places` under way that were not refused: of those that left together any may
   * have been. Tells the rate that it suggests, if the depth is a second's worth.
   */
  first(accepted: number, atMs: number, places: number): number {
    this.mark(accepted, atMs);
    this.#firstAccepted = Math.max(accepted, places);
    this.window.shut(atMs);
    this.isShallow = accepted < 6;
    if (!this.isShallow) this.window.firstSize = accepted;
    return accepted / (1 + (atMs - this.window.openedAtMs) / 1000);
  }

  /** Nothing was let out for so long. */
  held(forMs: number): void {
    this.#heldMs += forMs;
  }

  /** Marks a refusal and tells the requests per second that were let in. */
  measure(episode: Episode, refused: Refused): number {
    const { acceptedBefore, rate } = refused;
    const { atMs } = episode.first;
    const { window } = this;
    const since = this.since(acceptedBefore);
    const fromMs = this.#lastMs;
    this.mark(acceptedBefore, atMs);
    window.shut(atMs);
    // What was let in for whole rounds is no more than what a window lets in.
    if ((window.rate ?? Infinity) * 1.1 < this.low) window.forget();
    const mayBeWindow = refused.isDear && !this.isMeasured && !this.isShallow;
    if ((mayBeWindow && !episode.letsInBetween) || window.size > 0) {
      const known = window.rate;
      const windowed = window.judge(acceptedBefore, atMs, false);
      // More was let in before than such a window would: it is none.
      const most = known === undefined ? 1.1 * (windowed ?? Infinity) : Infinity;
      if (most < this.#ruler.leastOf(window.lengthMs)) window.forget();
      else if (windowed !== undefined) {
        // Between two waits nothing but the pace uses a window up.
        const pace = refused.isDear ? rate : Infinity;
        if (known === windowed && rate <= windowed) window.shrink(since, fromMs, atMs, pace);
        return window.rate ?? windowed;
      }
    }
    const near = this.#ruler.measure(16) ?? this.#ruler.measure(2) ?? { low: 1, high: 1 };
    const far = this.#ruler.measure(100);
    let measured = near.low + 0.3 * (near.high - near.low);
    if (far !== undefined && Math.abs(far.low / near.low - 1) < 0.1) measured = far.low;
    if (this.#firstAccepted > 0) {
      this.burst = Math.max(0, this.#firstAccepted - (measured * this.#firstMs) / 1000);
    }
    if (this.isShallow) {
      if (refused.wasSteady) this.low = Math.min(this.low, rate) * 0.98;
      return Math.max(measured, this.low);
    }
    if (episode.isLong && episode.passed !== undefined) {
      if (episode.span >= MANY) return episode.passed;
      measured = Math.max(measured, episode.passed);
    }
    if (!refused.wasSteady && rate < Infinity && this.burst > 0) {
      const { order } = episode.first;
      measured = Math.max(measured, refused.climb.letIn(order, atMs, this.burst));
    }
    if (refused.wasSteady) this.#proven = 0;
    measured = Math.max(measured, this.#proven / this.under);
    return since < 8 ? Math.min(measured, rate * 0.8) : measured;
  }

  restore(remembered: RememberedRate): void {
    this.isMeasured = true;
    this.burst = remembered.burst;
    this.isShallow = remembered.isShallow;
    this.dearMs = remembered.dearMs;
    this.window.size = remembered.windowSize;
    this.window.lengthMs = remembered.windowMs;
  }

  /** What is worth remembering, with the rate that is thought to bind and that of a shorter limit. */
  remembered(rate: number, innerRate: number): RememberedRate {
    const { isShallow, dearMs, window } = this;
    const { size, lengthMs } = window.seen(this.accepted, this.isMeasured);
    const burst = size > 0 ? 0 : Math.floor(this.burst);
    const of = { burst, windowSize: size, windowMs: lengthMs, isShallow, dearMs };
    if (window.size === size) return { ...of, rate, innerRate };
    return { ...of, rate: (UNDER * size * 1000) / lengthMs, innerRate: rate };
  }
}

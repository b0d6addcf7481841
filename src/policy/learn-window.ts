/** Lengths that windows have: people choose round ones. */
const LENGTHS_MS = [
  1000, 2000, 5000, 10_000, 15_000, 20_000, 30_000, 60_000, 300_000, 900_000, 3_600_000,
];

/** A round trip, where nothing is known of it. */
export const USUAL_MS = 50;

/** Nothing but a window shuts for so long. */
const LONG_MS = 5100;

/** Share of a window that may go by before it is seen to be open: more, and it was not used up. */
const UNUSED = 1 / 8;

/** Arrivals jitter: times between two of them are taken to be so much longer. */
const JITTER = 1.02;

/** Windows from this length on are spent at once. */
const SPENT_MS = 10_000;

/** A length that a window may have, given that it lasts at least so long. */
export function roundWindowMs(leastMs: number): number {
  return LENGTHS_MS.find((length) => length >= leastMs) ?? 86_400_000;
}

/** How often the smaller goes into the larger. */
function timesAs(one: number, other: number): number {
  return Math.max(one, other) / Math.min(one, other);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** The longest that a window may have if it lasts at most so long. */
function longestWindowMs(mostMs: number): number {
  return LENGTHS_MS.findLast((length) => length <= mostMs) ?? LENGTHS_MS[0]!;
}

/** The first time after `nowMs` at which a window that began at `fromMs` may be over. */
export function nextWindowEndMs(fromMs: number, nowMs: number): number {
  return fromMs + roundWindowMs(nowMs - fromMs);
}

/**
 * Times in which a server lets in, and times in which it lets in nobody. A bucket is never shut for
 * long; a window is, until it ends.
 */
export class WindowWatch {
  /** First departure of the present open time. */
  openedAtMs = 0;
  /** Accepted before it. */
  acceptedAtOpen = 0;
  /** When it was shut, as far as known: first and last refused departure. */
  shutFromMs = 0;
  shutUntilMs = 0;
  /** Last refused departure before it opened the last time. */
  #shutBeforeMs = -Infinity;
  /** The present window began when it was seen to open, not some time before. */
  wasSeenOpening = false;
  /** Refused one after the other, alone. */
  refusedProbes = 0;
  /** Accepted before the first refusal: a window's all, or more. */
  firstSize = Infinity;
  /** Accepted in a window that was used up; 0 where none is known. */
  size = 0;
  lengthMs = 0;
  /** Last refusal at an even pace that was thought to be safe. */
  #paced = { atMs: 0, rate: Infinity };
  /** A shorter limit is known, which shuts and opens many times in one of these. */
  hasShorter = false;
  /** When it opened after the last time that it was shut for long, and what was accepted before. */
  #since = { atMs: 0, accepted: 0, wasSeen: false };

  shut(atMs: number): void {
    this.shutFromMs = atMs;
    this.shutUntilMs = atMs;
    this.refusedProbes = 0;
  }

  /** One that asked alone was refused, `accepted` having been let in before. */
  probeRefused(atMs: number, accepted: number): void {
    this.shutUntilMs = atMs;
    this.refusedProbes += 1;
    if (this.lengthMs > 0) this.#stretch(accepted);
  }

  /** When the window that is shut opened, how much it let in, and whether that was seen; shorter limits shut and open meanwhile. */
  #spell(accepted: number, hasShorter = this.hasShorter) {
    const isLong = hasShorter && this.shutUntilMs - this.shutFromMs >= LONG_MS;
    const fromMs = isLong ? this.#since.atMs : this.openedAtMs;
    const wasSeen = isLong ? this.#since.wasSeen : this.wasSeenOpening;
    const size = accepted - (isLong ? this.#since.accepted : this.acceptedAtOpen);
    const leastMs = this.shutUntilMs - (wasSeen ? fromMs : this.shutFromMs);
    return { isLong, fromMs, wasSeen, size, leastMs };
  }

  /** Whether it was shut until so lately that no window can have ended, or been used up, twice. */
  isTooSoon(atMs: number): boolean {
    return JITTER * (atMs - this.#shutBeforeMs) < LENGTHS_MS[0]!;
  }

  /** It lasts longer than was thought: shut for longer, or with no more let in than one holds. */
  #stretch(accepted: number): void {
    const shutMs = this.shutUntilMs - this.shutFromMs;
    const { size, leastMs } = this.#spell(accepted);
    const isSame = size <= 1.1 * this.size && leastMs > 1.1 * this.lengthMs;
    if (!isSame && shutMs <= this.lengthMs) return;
    this.lengthMs = roundWindowMs(isSame ? leastMs : shutMs);
    if (size >= 6) this.size = size;
  }

  /** Most per second if what was accepted since it opened was a window's all; undefined if it was not. It has opened now, or was refused. */
  judge(accepted: number, atMs: number, hasOpened: boolean): number | undefined {
    const isTooSoon = this.isTooSoon(atMs);
    if (isTooSoon && hasOpened) return this.rate;
    // Both times it opened, a window began: it is no longer than the time between. A refusal is judged
    // alike, unless it comes at once: that is fitted to windows that slide.
    const mostMs = isTooSoon ? Infinity : JITTER * (atMs - this.#shutBeforeMs);
    if (this.lengthMs > 0) this.#stretch(accepted);
    if (this.lengthMs > mostMs) this.lengthMs = longestWindowMs(mostMs);
    const { isLong, fromMs, wasSeen, size, leastMs } = this.#spell(accepted);
    const lengthMs = this.lengthMs > 0 ? this.lengthMs : roundWindowMs(leastMs);
    if (lengthMs > mostMs) return this.rate;
    // Used up towards its end, several windows may have gone by …
    const lastedMs = this.shutFromMs - fromMs;
    const isSoon = lastedMs < (isLong && wasSeen ? 1 : 0.8) * lengthMs;
    // … but for one that let in about as many as were let in at first; across one end it lets in twice as many at most.
    const isSecond = this.size === 0 && this.firstSize < Infinity && !isLong;
    const times = isSecond ? timesAs(size, this.firstSize) : 1;
    const isAgain = isSecond && times <= 1.5 && lastedMs < 2 * lengthMs;
    if ((isSoon || isAgain) && times <= 2 && size >= 6) {
      const most = isLong ? Infinity : this.firstSize;
      // Far fewer are a sign of something else: one that slides, or that others use as well.
      this.size = this.size > 0 ? clamp(size, 0.7 * this.size, this.size) : Math.min(most, size);
      this.lengthMs = lengthMs;
    }
    return this.rate;
  }

  /** It is spent at once, and then waited for. */
  get isLong(): boolean {
    return this.lengthMs >= SPENT_MS;
  }

  /** Its length is known, but not when it began. */
  get mayEndAnyTime(): boolean {
    return this.isLong && !this.wasSeenOpening;
  }

  /** Per second, of the window that is known. */
  get rate(): number | undefined {
    return this.size > 0 ? (this.size * 1000) / this.lengthMs : undefined;
  }

  /** Size and length; of one that has not opened again yet, what they look like. 0 for what is not known. `hasShorter`: a shorter limit was measured. */
  seen(
    accepted: number,
    hasShorter: boolean,
  ): { readonly size: number; readonly lengthMs: number } {
    const isShut = this.refusedProbes > 0 && this.shutUntilMs - this.shutFromMs >= 2 * LONG_MS;
    if (this.size > 0 || !isShut) return this;
    const { size, leastMs } = this.#spell(accepted, hasShorter);
    return { size, lengthMs: roundWindowMs(leastMs) };
  }

  /** Refused below what it seemed to hold, `since` accepted after it was used up before: it is smaller now, or the count crossed two windows. `rate`: the even pace since a wait; Infinity for none. */
  shrink(since: number, fromMs: number, atMs: number, rate: number): void {
    const windows = this.#ends(atMs) - this.#ends(fromMs);
    // Used up at both ends: what lay between was whole windows.
    const lostMs = this.openedAtMs - Math.max(fromMs, this.#shutBeforeMs);
    const isUsed = lostMs <= UNUSED * this.lengthMs && this.wasSeenOpening;
    const isWhole = isUsed && windows > 0 && windows < 6 && since >= 6 * windows;
    const paced = this.#pacedSize(atMs, rate);
    this.size = Math.min(this.size * 0.94, isWhole ? since / windows : Infinity, paced);
  }

  /**
   * Two paces that were refused one after the other, the second one slower: each when all of a window had left
   * at it, and windows begin a length apart. So how much later in a window the second one was refused tells its
   * size, to half a departure. Infinity where it cannot be told.
   */
  #pacedSize(atMs: number, rate: number): number {
    const before = this.#paced;
    this.#paced = { atMs, rate };
    const slowerMs = 1000 / rate - 1000 / before.rate;
    const laterMs = (atMs - before.atMs) % this.lengthMs;
    const size = (laterMs + 500 / rate) / slowerMs;
    const isNext = atMs - before.atMs < 3 * this.lengthMs;
    return isNext && slowerMs > 0 && size > this.size / 2 ? size : Infinity;
  }

  /** Ends of windows until then, since the one that was seen to open. */
  #ends(atMs: number): number {
    return Math.floor((atMs - this.openedAtMs) / this.lengthMs);
  }

  /** Refused while it was spent. */
  spent(accepted: number, atMs: number): void {
    const size = accepted - this.acceptedAtOpen;
    if (size > this.size / 2) this.size = size;
    this.shut(atMs);
  }

  forget(): void {
    this.size = 0;
    this.lengthMs = 0;
    this.firstSize = Infinity;
  }

  /** Per second since it opened the last time, shut time included; of few, one for the time it was shut. At most one in a usual round trip was certainly not too much where the first probe got in. */
  paceUntil(atMs: number, accepted: number): number {
    if (this.refusedProbes === 0) return 1000 / Math.min(USUAL_MS, atMs - this.shutFromMs);
    const size = accepted - this.acceptedAtOpen;
    const fromMs = size >= 6 ? this.openedAtMs : this.shutFromMs;
    return ((size >= 6 ? size : 1) * 1000) / Math.max(1, atMs - fromMs);
  }

  opened(atMs: number, accepted: number): void {
    this.#shutBeforeMs = this.shutUntilMs;
    if (this.refusedProbes > 0) {
      this.wasSeenOpening = true;
      if (this.shutUntilMs - this.shutFromMs >= LONG_MS) {
        this.#since = { atMs, accepted, wasSeen: true };
      }
    }
    this.openedAtMs = atMs;
    this.acceptedAtOpen = accepted;
    this.refusedProbes = 0;
  }
}

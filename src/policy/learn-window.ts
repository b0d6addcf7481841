/** Lengths that windows have: people choose round ones. */
const LENGTHS_MS = [1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000];

/** A length that a window may have, given that it lasts at least so long. */
export function roundWindowMs(leastMs: number): number {
  return LENGTHS_MS.find((length) => length >= leastMs) ?? 86_400_000;
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
  /** Refused one after the other, alone. */
  refusedProbes = 0;
  /** Accepted before the first refusal: a window's all, or more. */
  firstSize = Infinity;
  /** Accepted in a window that was used up; 0 where none is known. */
  size = 0;
  lengthMs = 0;

  shut(atMs: number): void {
    this.shutFromMs = atMs;
    this.shutUntilMs = atMs;
    this.refusedProbes = 0;
  }

  probeRefused(atMs: number): void {
    this.shutUntilMs = atMs;
    this.refusedProbes += 1;
  }

  /** Most per second if what was accepted since it opened was a window's all; undefined if it was not. */
  judge(accepted: number, atMs: number): number | undefined {
    const size = accepted - this.acceptedAtOpen;
    const shutMs = this.shutUntilMs - this.shutFromMs;
    if (this.lengthMs > 0 && shutMs > this.lengthMs) this.lengthMs = roundWindowMs(shutMs);
    const lengthMs = this.lengthMs > 0 ? this.lengthMs : this.#leastMs();
    // Both times it opened, a window began: it is no longer than the time between.
    const mostMs = atMs - this.#shutBeforeMs;
    if (this.lengthMs > mostMs) this.lengthMs = longestWindowMs(mostMs);
    // Used up towards its end, several windows may have gone by.
    if (this.shutFromMs - this.openedAtMs < 0.8 * lengthMs && size >= 6) {
      this.size = Math.min(this.size > 0 ? this.size : this.firstSize, size);
      this.lengthMs = lengthMs;
    }
    return this.rate;
  }

  /** The present window began when it was seen to open, not some time before. */
  get wasSeenOpening(): boolean {
    return this.#shutBeforeMs > 0;
  }

  /** It was one window from when it opened; or, where that was not seen, at least while it was shut. */
  #leastMs(): number {
    const fromMs = this.wasSeenOpening ? this.openedAtMs : this.shutFromMs;
    return roundWindowMs(this.shutUntilMs - fromMs);
  }

  /** Per second, of the window that is known. */
  get rate(): number | undefined {
    return this.size > 0 ? (this.size * 1000) / this.lengthMs : undefined;
  }

  /** Refused below what it seemed to hold: it is smaller now, or the count crossed two windows. */
  shrink(since: number, tookMs: number): void {
    const windows = Math.round(tookMs / this.lengthMs);
    // Used up at both ends: what lay between was whole windows.
    const isWhole = Math.abs(tookMs / this.lengthMs - windows) < 0.3 && windows > 0 && windows < 6;
    const each = isWhole && since >= 6 * windows ? since / windows : Infinity;
    this.size = Math.min(this.size * 0.94, each);
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

  /** Per second since it opened the last time, shut time included; of few, one for the time it was shut. */
  paceUntil(atMs: number, accepted: number): number {
    const size = accepted - this.acceptedAtOpen;
    const fromMs = size >= 6 ? this.openedAtMs : this.shutFromMs;
    return ((size >= 6 ? size : 1) * 1000) / Math.max(1, atMs - fromMs);
  }

  opened(atMs: number, accepted: number): void {
    if (this.refusedProbes > 0) this.#shutBeforeMs = this.shutUntilMs;
    this.openedAtMs = atMs;
    this.acceptedAtOpen = accepted;
    this.refusedProbes = 0;
  }
}

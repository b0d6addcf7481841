import { type Flight, knownAfterMs } from "./learn-flight.ts";
import { nextWindowEndMs, USUAL_MS, type WindowWatch } from "./learn-window.ts";

/** Asked so often at least, in the first while … */
const OFTEN_MS = 5000;
/** … later once in this share of the time in which nobody was let in, or of a window that is known … */
const SHARE = 1 / 8;
/** … and at last once a minute. */
const RARELY_MS = 60_000;
/** After so long a handful that was let in at once would have come again, if it is a second's worth; fitted. */
const SECOND_MS = 1050;

/** One request at a time, while nothing gets in: when the next one goes, ever later. */
export class Probe {
  #atMs = 0;
  #waitMs = 0;
  /** Never sooner, where the window is known but not when it ends. */
  #leastMs = 0;
  /** The one that is out; undefined before it leaves. */
  flight: Flight | undefined;
  /** Accepted before it. */
  acceptedBefore = 0;
  /** It has got in unless it was refused by then. */
  heardMs = Infinity;
  /** What the last one took. Milliseconds. */
  refusalMs = 0;

  /** When the next one leaves: not before it is known what became of the last. */
  nextAt(nowMs: number): number {
    return this.flight === undefined ? Math.max(this.#atMs, nowMs) : this.heardMs;
  }

  /** It leaves. */
  leaves(flight: Flight, acceptedBefore: number): void {
    this.flight = flight;
    this.acceptedBefore = acceptedBefore;
    if (this.refusalMs > 0) this.heardMs = flight.atMs + knownAfterMs(this.refusalMs);
  }

  /** One was not let in; if that was the probe, another may leave. */
  missed(flight: Flight): void {
    if (flight === this.flight) this.#forget();
  }

  #forget(): void {
    this.flight = undefined;
    this.heardMs = Infinity;
  }

  /** How long to wait for the first one: two round trips of a usual server, or of a refusal where that takes longer. */
  firstMs(baseMs: number): number {
    return Math.max(USUAL_MS, 2 * Math.min(baseMs || USUAL_MS, USUAL_MS), 2 * this.refusalMs);
  }

  /** Begins to probe. */
  begin(nowMs: number, firstMs: number, askedMs: number, window: WindowWatch): void {
    this.#waitMs = firstMs;
    this.#leastMs = 0;
    this.#plan(nowMs, askedMs, window);
  }

  /** It was refused as well. `handful`: so few were let in at once at first, and may be all there is in a second; Infinity for more. */
  again(nowMs: number, askedMs: number, window: WindowWatch, handful: number): void {
    const shutMs = nowMs - window.shutFromMs;
    const oneMs = window.refusedProbes === 1 ? SECOND_MS / handful - shutMs : 0;
    const oftenMs = window.mayEndAnyTime ? SHARE * window.lengthMs : OFTEN_MS;
    const longestMs = Math.min(RARELY_MS, Math.max(oftenMs, SHARE * shutMs));
    this.#waitMs = Math.max(
      this.#leastMs,
      Math.min(longestMs, Math.max(1.6 * this.#waitMs, oneMs)),
    );
    this.#plan(nowMs, askedMs, window);
  }

  /** The next one goes when the window is expected to end; one whose beginning was not seen may end at any time. */
  expect(nowMs: number, window: WindowWatch): void {
    this.#leastMs = window.wasSeenOpening ? 0 : Math.min(RARELY_MS, SHARE * window.lengthMs);
    this.#waitMs = 100;
    this.#atMs = window.wasSeenOpening
      ? window.openedAtMs + window.lengthMs + 20
      : nowMs + this.#leastMs;
  }

  #plan(nowMs: number, askedMs: number, window: WindowWatch): void {
    this.#forget();
    const endMs = window.mayEndAnyTime ? Infinity : nextWindowEndMs(window.openedAtMs, nowMs) + 20;
    const ownMs = Math.max(this.#leastMs, Math.min(this.#waitMs, Math.max(20, endMs - nowMs)));
    this.#atMs = nowMs + (askedMs > 0 ? askedMs : ownMs);
  }
}

import { nextWindowEndMs, type WindowWatch } from "./learn-window.ts";

/** Asked so often at least, in the first while … */
const OFTEN_MS = 5000;
/** … later once in this share of the time in which nobody was let in … */
const SHARE = 1 / 8;
/** … and at last once a minute. */
const RARELY_MS = 60_000;

/** One request at a time, while nothing gets in: when the next one goes, ever later. */
export class Probe {
  /** Departures from this one on are probes. */
  order = 0;
  atMs = 0;
  #waitMs = 0;

  /** Begins to probe with the departure number `order`. */
  begin(order: number, nowMs: number, firstMs: number, askedMs: number, window: WindowWatch): void {
    this.#waitMs = firstMs;
    this.order = order;
    this.#plan(nowMs, askedMs, window);
  }

  /** It was refused as well. */
  again(order: number, nowMs: number, askedMs: number, window: WindowWatch): void {
    const longestMs = Math.min(RARELY_MS, Math.max(OFTEN_MS, SHARE * (nowMs - window.shutFromMs)));
    this.#waitMs = Math.min(longestMs, 1.6 * this.#waitMs);
    this.order = order;
    this.#plan(nowMs, askedMs, window);
  }

  /** The next one goes when the window is expected to end. */
  expect(window: WindowWatch): void {
    this.#waitMs = 100;
    this.atMs = window.openedAtMs + window.lengthMs + 20;
  }

  #plan(nowMs: number, askedMs: number, window: WindowWatch): void {
    const endMs = nextWindowEndMs(window.openedAtMs, nowMs) + 20;
    const ownMs = Math.min(this.#waitMs, Math.max(20, endMs - nowMs));
    this.atMs = nowMs + (askedMs > 0 ? askedMs : ownMs);
  }
}

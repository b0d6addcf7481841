import { nextWindowEndMs, type WindowWatch } from "./learn-window.ts";

const LONGEST_MS = 5000;

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
    this.#waitMs = Math.min(LONGEST_MS, 1.6 * this.#waitMs);
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

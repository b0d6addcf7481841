import { setImmediate as realImmediate } from "node:timers/promises";

import type { Clock } from "../core/clock.ts";

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Timers set and neither fired nor disposed. */
  readonly pending: number;
  /**
   * Moves time on by `ms`: every timer that falls due fires at its own time, in order of time and then
   * of setting, those set on the way included; promise jobs run to their end before, between and after.
   */
  advance(ms: number): Promise<void>;
}

/**
 * Time for tests: nothing happens until `advance`. `now()` and `wallNow()` both begin at `startMs`.
 * @throws RangeError from `advance` for a negative or non-finite step.
 */
export function createManualClock(startMs = 0): ManualClock {
  const timers: ManualTimer[] = [];
  let nowMs = startMs;
  return {
    now: () => nowMs,
    wallNow: () => nowMs,
    get pending() {
      return timers.length;
    },
    after(delayMs, callback) {
      const timer = new ManualTimer(nowMs + Math.max(0, delayMs), callback, timers);
      const later = timers.findIndex((other) => other.dueMs > timer.dueMs);
      timers.splice(later === -1 ? timers.length : later, 0, timer);
      return timer;
    },
    async advance(ms) {
      if (!(ms >= 0) || ms === Infinity) throw new RangeError(`time cannot advance by ${ms} ms`);
      const untilMs = nowMs + ms;
      // An immediate comes after every promise job, however deep their chain.
      await realImmediate();
      for (let next = timers[0]; next !== undefined && next.dueMs <= untilMs; next = timers[0]) {
        timers.shift();
        nowMs = Math.max(nowMs, next.dueMs);
        next.callback();
        await realImmediate();
      }
      nowMs = untilMs;
    },
  };
}

class ManualTimer implements Disposable {
  readonly dueMs: number;
  readonly callback: () => void;
  readonly #queue: ManualTimer[];

  constructor(dueMs: number, callback: () => void, queue: ManualTimer[]) {
    this.dueMs = dueMs;
    this.callback = callback;
    this.#queue = queue;
  }

  [Symbol.dispose](): void {
    const index = this.#queue.indexOf(this);
    if (index !== -1) this.#queue.splice(index, 1);
  }
}

import { expect, test } from "vitest";

import { createAwakeClock } from "./awake-clock.ts";
import type { Clock } from "./clock.ts";

/** A clock whose time passes, and whose timers fire, apart from each other. */
function createLooseClock(): Clock & { ms: number; fire(delayMs: number): void; armed(): number } {
  const timers = new Map<object, { readonly delayMs: number; readonly callback: () => void }>();
  return {
    ms: 0,
    now() {
      return this.ms;
    },
    wallNow() {
      return this.ms;
    },
    after(delayMs, callback) {
      const timer = { [Symbol.dispose]: () => void timers.delete(timer) };
      timers.set(timer, { delayMs, callback });
      return timer;
    },
    fire(delayMs) {
      for (const [timer, one] of timers) {
        if (one.delayMs !== delayMs) continue;
        timers.delete(timer);
        return one.callback();
      }
      throw new Error(`no timer of ${delayMs} ms`);
    },
    armed: () => timers.size,
  };
}

test("time passes as everywhere while it is looked at", () => {
  const base = createLooseClock();
  const clock = createAwakeClock(base);
  using _timer = clock.after(60_000, () => {});
  for (let second = 1; second <= 30; second += 1) {
    base.ms = second * 1_000;
    base.fire(1_000);
  }
  expect(clock.now()).toBe(30_000);
});

test("a standstill while something waits does not count, but for a tenth of a second", () => {
  const base = createLooseClock();
  const clock = createAwakeClock(base);
  let firedMs: number | undefined;
  using _timer = clock.after(30_000, () => (firedMs = clock.now()));
  base.ms = 1_000;
  base.fire(1_000);
  base.ms += 60_000;
  base.fire(30_000);
  expect(firedMs).toBe(1_100);
  base.ms += 500;
  expect(clock.now()).toBe(1_600);
  expect(clock.wallNow()).toBe(61_500);
});

test("while nothing waits all time counts, however rarely it is looked at", () => {
  const base = createLooseClock();
  const clock = createAwakeClock(base);
  base.ms = 3_600_000;
  expect(clock.now()).toBe(3_600_000);
  using _timer = clock.after(60_000, () => {});
  base.ms += 1_000;
  expect(clock.now()).toBe(3_601_000);
});

test("no timer of its own outlives the last of others", () => {
  const base = createLooseClock();
  const clock = createAwakeClock(base);
  const one = clock.after(5_000, () => {});
  clock.after(10, () => {});
  expect(base.armed()).toBe(3);
  base.fire(10);
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  expect(base.armed()).toBe(0);
});

test("a callback that waits for more keeps it looking", () => {
  const base = createLooseClock();
  const clock = createAwakeClock(base);
  clock.after(10, () => void clock.after(20, () => {}));
  base.fire(10);
  expect(base.armed()).toBe(2);
  base.fire(20);
  expect(base.armed()).toBe(0);
});

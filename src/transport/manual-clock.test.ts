import { expect, test } from "vitest";

import { sleep } from "../core/clock.ts";
import { createManualClock } from "./manual-clock.ts";

test("timers fire at their own time, in order of time and then of setting", async () => {
  const clock = createManualClock(1000);
  const fired: string[] = [];
  const note = (name: string) => () => fired.push(`${name}@${clock.now()}`);
  clock.after(30, note("c"));
  clock.after(10, note("a"));
  clock.after(10, note("b"));
  clock.after(31, note("late"));
  await clock.advance(30);
  expect(fired).toEqual(["a@1010", "b@1010", "c@1030"]);
  expect(clock.pending).toBe(1);
  expect(clock.wallNow()).toBe(1030);
});

test("a timer set by a promise job on the way fires within the same advance", async () => {
  const clock = createManualClock();
  const times: number[] = [];
  const loop = (async () => {
    for (let round = 0; round < 3; round += 1) {
      await sleep(clock, 100);
      await Promise.resolve();
      times.push(clock.now());
    }
  })();
  await clock.advance(1000);
  await loop;
  expect(times).toEqual([100, 200, 300]);
  expect(clock.now()).toBe(1000);
});

test("a disposed timer never fires and is no longer pending", async () => {
  const clock = createManualClock();
  let fired = 0;
  const timer = clock.after(5, () => (fired += 1));
  expect(clock.pending).toBe(1);
  timer[Symbol.dispose]();
  timer[Symbol.dispose]();
  expect(clock.pending).toBe(0);
  await clock.advance(10);
  expect(fired).toBe(0);
});

test("an aborted sleep leaves no timer", async () => {
  const clock = createManualClock();
  const stop = new AbortController();
  const sleeping = sleep(clock, 50, stop.signal);
  stop.abort(new Error("enough"));
  await expect(sleeping).rejects.toThrow("enough");
  expect(clock.pending).toBe(0);
});

test("time does not run backwards", async () => {
  await expect(createManualClock().advance(-1)).rejects.toThrow(RangeError);
  await expect(createManualClock().advance(Infinity)).rejects.toThrow(RangeError);
});

import { expect, test } from "vitest";

import { Pace } from "./learn-pace.ts";

/** Times of so many departures, each noticed so much too late. */
function departuresAt(pace: Pace, count: number, lateMs: number): readonly number[] {
  const times: number[] = [];
  let nowMs = 0;
  for (let left = 0; left < count; left += 1) {
    const atMs = pace.nextAt(nowMs);
    if (atMs > nowMs) nowMs = atMs + lateMs;
    pace.depart(nowMs);
    times.push(nowMs);
  }
  return times;
}

test.each([20, 50, 97, 300])("%i a second leave in a second, though each timer is late", (rate) => {
  const pace = new Pace({ isShallow: false });
  pace.set(rate, 0);
  const times = departuresAt(pace, rate + 1, 0.8);
  expect(times.at(-1)! - times[0]!).toBeLessThan(1010);
});

test("where no two are let in close together, a late one makes the next one late", () => {
  const pace = new Pace({ isShallow: true });
  pace.set(50, 0);
  const times = departuresAt(pace, 20, 0.8);
  const gaps = times.slice(1).map((atMs, index) => atMs - times[index]!);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(20 - 1e-6);
});

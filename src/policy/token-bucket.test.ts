import fc from "fast-check";
import { expect, test } from "vitest";

import { createTokenBucket } from "./token-bucket.ts";
import { reserveNext } from "../../test/support/reserve-next.ts";

/** Most departures in any window of `perMs`, both ends included. */
function mostInWindow(times: readonly number[], perMs: number): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < times.length; last += 1) {
    while (times[last]! - times[first]! > perMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

const rates = fc
  .record({
    count: fc.integer({ min: 1, max: 50 }),
    perMs: fc.constantFrom(1, 100, 333, 1000, 60_000),
  })
  .chain((rate) =>
    fc.record({ rate: fc.constant(rate), burst: fc.integer({ min: 1, max: rate.count }) }),
  );
const pauses = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3000, noNaN: true })), {
  maxLength: 200,
});

test("no window ever holds more departures than the rate says, whenever they are asked for", () => {
  fc.assert(
    fc.property(
      rates,
      pauses,
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      ({ rate, burst }, gaps, startMs) => {
        const bucket = createTokenBucket({ ...rate, burst });
        let nowMs = startMs;
        const times: number[] = [];
        for (const gap of gaps) {
          nowMs += gap;
          times.push(nowMs + reserveNext(bucket, nowMs));
        }
        expect(mostInWindow(times, rate.perMs)).toBeLessThanOrEqual(rate.count);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      },
    ),
  );
});

test("departures asked for at once are evenly spaced, and within 2.5 % of the rate", () => {
  const bucket = createTokenBucket({ count: 10, perMs: 1000 });
  const waits = Array.from({ length: 101 }, () => reserveNext(bucket, 0));
  expect(waits[0]).toBe(0);
  expect(waits[1]).toBeCloseTo(102);
  expect(waits[100]).toBeCloseTo(10_200);
});

test("a long window loses 25 ms, not 2 %", () => {
  const bucket = createTokenBucket({ count: 60, perMs: 60_000 });
  reserveNext(bucket, 0);
  expect(reserveNext(bucket, 0)).toBeCloseTo(60_025 / 60);
});

test("a burst leaves at once, then the window is waited for", () => {
  const bucket = createTokenBucket({ count: 3, perMs: 1000, burst: 3 });
  expect([0, 0, 0, 0].map((nowMs) => reserveNext(bucket, nowMs))).toEqual([0, 0, 0, 1020]);
});

/** Departures within a second of those who wait for timers that wake them `lateMs` too late. */
function departuresOfTheLate(count: number, lateMs: number): readonly number[] {
  const bucket = createTokenBucket({ count, perMs: 1000 });
  const times: number[] = [];
  for (let nowMs = 0; nowMs < 10_000;) {
    const atMs = bucket.nextAt(nowMs);
    nowMs = atMs > nowMs ? atMs + lateMs : nowMs;
    bucket.take(nowMs);
    times.push(nowMs);
  }
  return times;
}

test.each([
  { count: 1000, lateMs: 5 },
  { count: 1000, lateMs: 30 },
  { count: 200, lateMs: 8 },
])("$count/s is kept by a process that wakes $lateMs ms too late", ({ count, lateMs }) => {
  const times = departuresOfTheLate(count, lateMs);
  expect(times.length / 10).toBeGreaterThan(count * 0.93);
  expect(mostInWindow(times, 1000)).toBeLessThanOrEqual(count);
});

test("only what leaves in the first second of a fast rate is spaced wider, however long its window", () => {
  const bucket = createTokenBucket({ count: 12_000, perMs: 60_000 });
  let nowMs = 0;
  for (let count = 0; count <= 6_000; count += 1) nowMs += reserveNext(bucket, nowMs);
  expect(nowMs).toBeGreaterThan(30_000);
  expect(nowMs).toBeLessThan(30_000 + 1_000);
});

test("departures far apart never come closer, late as they may be", () => {
  const times = departuresOfTheLate(20, 3);
  const gaps = times.slice(1).map((atMs, index) => atMs - times[index]!);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(51);
});

test("looking reserves nothing", () => {
  const bucket = createTokenBucket({ count: 1, perMs: 1000 });
  expect(bucket.nextAt(0)).toBe(0);
  expect(bucket.nextAt(0)).toBe(0);
  reserveNext(bucket, 0);
  expect(bucket.nextAt(20) - 20).toBe(1000);
  expect(bucket.nextAt(20)).toBe(1020);
});

test.each([
  { count: 0, perMs: 1000 },
  { count: 1.5, perMs: 1000 },
  { count: 1, perMs: 0 },
  { count: 1, perMs: Infinity },
  { count: 1, perMs: NaN },
  { count: 2, perMs: 1000, burst: 3 },
  { count: 2, perMs: 1000, burst: 0 },
])("%j is no rate", (options) => {
  expect(() => createTokenBucket(options)).toThrow(RangeError);
});

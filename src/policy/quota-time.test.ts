import fc from "fast-check";
import { expect, test } from "vitest";

import { createQuota, type QuotaRate } from "./quota.ts";
import { timeUnderRates, windowsOf } from "./quota-time.ts";

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/** When the last of `count` leaves the real bucket, each as early as it may. */
function simulated(rates: readonly QuotaRate[], count: number): number {
  const quota = createQuota(rates);
  let atMs = 0;
  for (let departure = 0; departure < count; departure += 1) {
    atMs = quota.nextAt(atMs);
    quota.take(atMs);
  }
  return atMs;
}

test.each<readonly [words: string, rates: readonly QuotaRate[], count: number]>([
  ["a pace", [{ count: 10, perMs: SECOND }], 1_000],
  ["a pace per minute", [{ count: 100, perMs: 60_000 }], 777],
  ["a stock that lasts", [{ count: 5_000, perMs: DAY }], 5_000],
  ["a stock that does not", [{ count: 5_000, perMs: DAY }], 26_641],
  ["a stock to its last one", [{ count: 100, perMs: HOUR }], 300],
  [
    "both",
    [
      { count: 10, perMs: SECOND },
      { count: 5_000, perMs: DAY },
    ],
    26_641,
  ],
  [
    "a pace that is the bound",
    [
      { count: 1, perMs: SECOND },
      { count: 5_000, perMs: HOUR },
    ],
    9_000,
  ],
  [
    "two stocks",
    [
      { count: 1_000, perMs: HOUR },
      { count: 5_000, perMs: DAY },
    ],
    12_345,
  ],
])("%s takes as long as the bucket itself does", (_, rates, count) => {
  const expected = simulated(rates, count);
  expect(Math.abs(timeUnderRates(rates, count) - expected)).toBeLessThanOrEqual(expected * 1e-9);
});

test("any rates take at least what is said, and at most one window of the largest stock more", () => {
  const rate = fc.record({
    count: fc.integer({ min: 1, max: 300 }),
    perMs: fc.constantFrom(100, SECOND, 60_000, HOUR, 2 * HOUR, DAY),
  });
  fc.assert(
    fc.property(
      fc.array(rate, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 2_000 }),
      (rates, count) => {
        const [said, real] = [timeUnderRates(rates, count), simulated(rates, count)];
        // What a bucket makes up for when its first leaves: it takes that one for late.
        expect(said).toBeLessThanOrEqual(real * (1 + 1e-9) + 50.001);
        const largestMs = Math.max(...rates.map(({ perMs }) => perMs));
        // A fast rate begins with a second that is spaced wider by a quarter.
        expect(said).toBeGreaterThanOrEqual(real - largestMs * 1.05 - 250);
      },
    ),
    { seed: 1 },
  );
});

test("nothing and one leave at once; without rates nobody waits", () => {
  expect(timeUnderRates([{ count: 1, perMs: DAY }], 0)).toBe(0);
  expect(timeUnderRates([{ count: 1, perMs: DAY }], 1)).toBe(0);
  expect(timeUnderRates([], 1_000)).toBe(0);
});

test("26,641 at 5,000 a day are a matter of six days", () => {
  expect(windowsOf({ count: 5_000, perMs: DAY }, 26_641)).toBe(6);
  expect(windowsOf({ count: 5_000, perMs: DAY }, 5_000)).toBe(1);
});

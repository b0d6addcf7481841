import { expect, test } from "vitest";

import { createQuota } from "./quota.ts";
import { reserveNext } from "../../test/support/reserve-next.ts";

const DAY_MS = 86_400_000;

test("the tightest rate holds: ten a second until the day's stock is spent", () => {
  const quota = createQuota([
    { count: 10, perMs: 1000 },
    { count: 25, perMs: DAY_MS },
  ]);
  const times = Array.from({ length: 26 }, () => reserveNext(quota, 0));
  expect(times[1]).toBeCloseTo(102);
  expect(times[24]).toBeCloseTo(24 * 102);
  expect(times[25]).toBeCloseTo(DAY_MS + 25);
});

test("a pause spends nothing, and the order of the rates does not matter", () => {
  const rates = [
    { count: 2, perMs: 1000 },
    { count: 3, perMs: DAY_MS },
  ];
  for (const quota of [createQuota(rates), createQuota(rates.toReversed())]) {
    expect(reserveNext(quota, 0)).toBe(0);
    expect(reserveNext(quota, 5000)).toBe(0);
    expect(quota.nextAt(5000) - 5000).toBeCloseTo(510);
    expect(reserveNext(quota, 9000)).toBe(0);
    expect(quota.nextAt(9000)).toBeCloseTo(DAY_MS + 25);
  }
});

test("no rates hold nothing back", () => {
  expect(reserveNext(createQuota([]), 5)).toBe(0);
});

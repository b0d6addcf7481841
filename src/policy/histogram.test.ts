import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createHistogram } from "./histogram.ts";

const values = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});

function exact(sorted: readonly number[], share: number): number {
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]!;
}

describe("a histogram", () => {
  test("tells every percentile within 1.6 % or one unit", () => {
    fc.assert(
      fc.property(values, fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1), (list, share) => {
        const histogram = createHistogram();
        for (const value of list) histogram.record(value);
        const wanted = exact(
          list.toSorted((a, b) => a - b),
          share,
        );
        expect(Math.abs(histogram.percentile(share) - wanted)).toBeLessThanOrEqual(
          wanted * 0.016 + 0.01,
        );
      }),
    );
  });

  test("merged from two is the one that saw everything", () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        const [left, right, both] = [createHistogram(), createHistogram(), createHistogram()];
        for (const value of one) left.record(value);
        for (const value of other) right.record(value);
        for (const value of [...one, ...other]) both.record(value);
        left.merge(right);
        expect([...left.steps]).toEqual([...both.steps]);
        expect([left.count, left.max]).toEqual([both.count, both.max]);
      }),
    );
  });

  test("stays small: a day in hundredths of a millisecond is under 1,100 steps", () => {
    const histogram = createHistogram();
    histogram.record(86_400_000);
    expect(histogram.steps.length).toBeLessThan(1_100);
  });

  test("that is empty tells 0", () => {
    expect(createHistogram().percentile(0.5)).toBe(0);
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";

import { PlaceBatch } from "./place-batch.ts";

/** Halves of few values, so that hashes meet and share halves. */
const half = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);
const added = fc.array(fc.tuple(half, half, fc.maxSafeNat()), { maxLength: 3_000, size: "max" });

test("a batch gives all that was added, by the upper half, the earlier of equals first, and is empty then", () => {
  const batch = new PlaceBatch();
  fc.assert(
    fc.property(added, (all) => {
      for (const [high, low, place] of all) batch.add(high, low, place);
      expect(batch.size).toBe(all.length);
      const given: (readonly [number, number, number])[] = [];
      batch.takeSorted((...one) => given.push(one));
      expect(given).toEqual(all.toSorted(([a], [b]) => a - b));
      expect(batch.size).toBe(0);
    }),
    { numRuns: 30 },
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";

import { WaitingPlaces } from "./waiting-places.ts";

/** Halves of few values, so that hashes meet and share halves. */
const half = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer());
const steps = fc.array(fc.tuple(half, half, fc.maxSafeNat()), {
  maxLength: 3_000,
  size: "max",
});

test("waiting places are what a map would hold, given in the order of the hashes", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const places = new WaitingPlaces();
      const model = new Map<bigint, number>();
      const hashOf = (high: number, low: number): bigint =>
        (BigInt(high) << 32n) | BigInt(low >>> 0);
      for (const [high, low, place] of all) {
        places.set(high, low, place);
        model.set(hashOf(high, low), place);
      }
      expect(places.size).toBe(model.size);
      const sorted: (readonly [bigint, number])[] = [];
      places.eachSorted((high, low, place) => sorted.push([hashOf(high, low), place]));
      expect(sorted).toEqual([...model].toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const hashes = places.hashes();
      const listed = [...model.keys()].map((_, index) =>
        hashOf(hashes[index * 2]!, hashes[index * 2 + 1]!),
      );
      expect(new Set(listed)).toEqual(new Set(model.keys()));
      for (const [high, low] of all) {
        expect(places.get(high, low)).toBe(model.get(hashOf(high, low)));
        expect(places.get(high, low ^ 64)).toBe(model.get(hashOf(high, low ^ 64)));
      }
      places.clear();
      expect([places.size, places.get(all[0]?.[0] ?? 0, all[0]?.[1] ?? 0)]).toEqual([0, undefined]);
    }),
    { numRuns: 20 },
  );
});

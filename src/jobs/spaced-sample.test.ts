import fc from "fast-check";
import { expect, test } from "vitest";

import { createSpacedSample } from "./spaced-sample.ts";

function sampleOf(length: number, wanted: number): readonly number[] {
  const sample = createSpacedSample<number>(wanted);
  for (let thing = 0; thing < length; thing += 1) sample.offer(thing);
  return sample.taken();
}

test("five of a thousand are spread over all of it", () => {
  expect(sampleOf(1_000, 5)).toEqual([0, 192, 384, 576, 768]);
});

test("a short list is taken whole, and none of any list where none is wanted", () => {
  expect(sampleOf(3, 5)).toEqual([0, 1, 2]);
  expect(sampleOf(1_000, 0)).toEqual([]);
});

test("as many as are wanted, in order, from the beginning to the end", () => {
  const length = fc.integer({ min: 1, max: 5_000 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), length, (wanted, all) => {
      const taken = sampleOf(all, wanted);
      expect(taken).toHaveLength(Math.min(wanted, all));
      expect(taken[0]).toBe(0);
      const gaps = [...taken, all].slice(1).map((thing, index) => thing - taken[index]!);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...gaps)).toBeLessThanOrEqual((2 * all) / taken.length + 1);
    }),
    { seed: 3 },
  );
});

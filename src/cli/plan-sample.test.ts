import { expect, test } from "vitest";

import { allotSamples } from "./plan-sample.ts";

test.each([
  [5, [1_000], [5]],
  [5, [1, 1_000], [1, 4]],
  [5, [1_000, 1_000], [3, 2]],
  [5, [0, 2, 1], [0, 2, 1]],
  [5, [], []],
])("of %i samples, inputs of %j give %j", (wanted, sizes, given) => {
  expect(allotSamples(wanted, sizes)).toEqual(given);
});

import { expect, test } from "vitest";

import { createRateLearner } from "../../src/policy/rate-learner.ts";
import { judge } from "./judge.ts";

const SEEDS = [11, 12, 13, 14, 15, 16, 17, 18];

/** Servers that lie between those of the table: accepted of what is allowed over 60 s, the mean and the lowest. */
test.each([
  ["bucket:5/s,burst=10", 95, 93],
  ["bucket:40/s,burst=10", 94, 92],
  ["bucket:60/s,burst=10", 93, 90],
  ["bucket:100/s,burst=20", 94, 92],
  ["bucket:50/s,burst=10,retry-after", 75, 69],
  ["bucket:100/s,burst=20,retry-after", 79, 44],
  ["bucket:200/s,burst=10", 92, 89],
  ["bucket:200/s,burst=20", 95, 93],
  ["window:100/1s", 95, 92],
  ["window:300/1s", 94, 90],
  ["window:30/2s", 95, 92],
  ["window:100/2s", 95, 92],
  ["window:300/2s", 94, 91],
] as const)("%s: no seed is stuck below what is allowed", (spec, mean, lowest) => {
  const shares = SEEDS.map(
    (seed) => 100 * judge(spec, createRateLearner({ most: 256 }), seed).whole,
  );
  expect(shares.reduce((sum, share) => sum + share, 0) / SEEDS.length).toBeGreaterThanOrEqual(mean);
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(lowest);
});

import { expect, test } from "vitest";

import { createRateLearner } from "../../src/policy/rate-learner.ts";
import { judge } from "./judge.ts";

const SEEDS = [11, 12, 13, 14, 15, 16, 17, 18];

/** Servers that lie between those of the table: accepted of what is allowed over 60 s, the mean and the lowest. */
test.each([
  ["bucket:5/s,burst=10", 50, 95, 93],
  ["bucket:40/s,burst=10", 50, 94, 92],
  ["bucket:60/s,burst=10", 50, 93, 90],
  ["bucket:100/s,burst=20", 50, 94, 92],
  ["bucket:50/s,burst=10,retry-after", 50, 75, 69],
  ["bucket:100/s,burst=20,retry-after", 50, 79, 44],
  ["bucket:500/s,burst=10,retry-after", 50, 70, 58],
  ["bucket:500/s,burst=5,retry-after", 50, 62, 58],
  ["bucket:500/s,burst=5,retry-after", 200, 47, 45],
  ["places:8,share=0.5@20s-40s,retry-after", 50, 58, 50],
  ["bucket:200/s,burst=10", 50, 92, 89],
  ["bucket:200/s,burst=20", 50, 95, 93],
  ["bucket:20/s,burst=2", 200, 93, 91],
  ["bucket:100/s,burst=2", 200, 91, 90],
  ["bucket:50/s,burst=5", 200, 94, 93],
  ["bucket:200/s,burst=5", 200, 87, 85],
  ["bucket:500/s,burst=5", 200, 90, 89],
  ["bucket:500/s,burst=10", 200, 79, 76],
  ["bucket:20/s,burst=2", 800, 90, 88],
  ["bucket:50/s,burst=5", 800, 89, 86],
  ["bucket:200/s,burst=5", 800, 84, 82],
  ["window:100/1s", 50, 95, 92],
  ["window:300/1s", 50, 94, 90],
  ["window:30/2s", 50, 95, 92],
  ["window:100/2s", 50, 95, 92],
  ["window:300/2s", 50, 94, 91],
  ["sliding:100/1s", 200, 89, 84],
  ["sliding:300/5s", 200, 86, 81],
] as const)(
  "%s at %i ms: no seed is stuck below what is allowed",
  (spec, roundTripMs, mean, lowest) => {
    const shares = SEEDS.map((seed) => {
      const client = createRateLearner({ most: 256 });
      return 100 * judge(spec, client, seed, { roundTripMs }).whole;
    });
    expect(shares.reduce((sum, share) => sum + share, 0) / SEEDS.length).toBeGreaterThanOrEqual(
      mean,
    );
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(lowest);
  },
);

test("a bucket that is emptied within 30 ms is not thought to be a window for long", () => {
  for (const seed of SEEDS) {
    const client = createRateLearner({ most: 256 });
    const { whole, refused } = judge("bucket:5/s,burst=50", client, seed, { roundTripMs: 10 });
    expect(whole, `seed ${seed}`).toBeGreaterThanOrEqual(0.95);
    expect(refused, `seed ${seed}`).toBeLessThanOrEqual(0.14);
  }
});

import { expect, test } from "vitest";

import { createRateLearner } from "../../src/policy/rate-learner.ts";
import { limitModelOf } from "../../src/rehearsal/limit-model.ts";
import { simulate } from "./simulate.ts";

const SEEDS = [11, 12, 13];

// Whoever knows the limit takes 30 s for the first, 26 s for the three after it, 28 s for the others.
test.each([
  ["places:25", 1500, 490, 34.5],
  ["sliding:20/1s", 1500, 490, 35],
  ["bucket:20/s", 1500, 490, 29.5],
  ["window:20/1s", 1500, 490, 34],
  ["bucket:1000/s,burst=50", 333, 27_000, 32.5],
  ["bucket:1000/s", 333, 27_000, 29.5],
])("%s at %i ms: %i rows in %d s, one in twenty refused", (spec, roundTripMs, rows, seconds) => {
  for (const seed of SEEDS) {
    const seen = simulate({
      client: createRateLearner({ most: 1024 }),
      model: limitModelOf(spec),
      seed,
      forMs: 600_000,
      roundTripMs,
      rows,
      most: 1024,
    });
    expect(seen.answered, `seed ${seed}`).toBe(rows);
    expect(seen.lastLandedMs, `seed ${seed}`).toBeLessThanOrEqual(1000 * seconds);
    expect(seen.refusedAt.length, `seed ${seed}`).toBeLessThanOrEqual(Math.max(45, 0.05 * rows));
  }
});

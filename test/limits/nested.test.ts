import { describe, expect, test } from "vitest";

import { createRateLearner } from "../../src/policy/rate-learner.ts";
import { limitModelOf } from "../../src/rehearsal/limit-model.ts";
import { type Simulated, simulate } from "./simulate.ts";

const MINUTE_MS = 60_000;
const SEEDS = [11, 12, 13];

/** One client that asks for so many minutes. */
function asks(spec: string, seed: number, minutes: number): Simulated {
  const client = createRateLearner({ most: 256 });
  return simulate({ client, model: limitModelOf(spec), seed, forMs: minutes * MINUTE_MS });
}

const countFrom = (times: readonly number[], fromMs: number): number =>
  times.filter((atMs) => atMs >= fromMs).length;

describe("a short limit within a long one", () => {
  test.each([
    ["bucket:10/s+sliding:100/60s", 100],
    ["bucket:20/s+window:200/60s,retry-after", 200],
    ["bucket:20/s,burst=1+window:200/60s", 200],
    ["bucket:10/s+window:500/60s", 500],
    ["bucket:5/s+window:100/30s", 200],
    ["places:4+window:300/60s", 300],
  ] as const)(
    "%s: from the third minute on all but a tenth is got, and one in twenty refused at most",
    (spec, perMinute) => {
      for (const seed of SEEDS) {
        const { acceptedAt, refusedAt } = asks(spec, seed, 4);
        const got = countFrom(acceptedAt, 2 * MINUTE_MS);
        const refused = countFrom(refusedAt, 2 * MINUTE_MS);
        expect(got, `seed ${seed}`).toBeGreaterThanOrEqual(0.9 * 2 * perMinute);
        expect(refused, `seed ${seed}`).toBeLessThanOrEqual(0.05 * (got + refused));
      }
    },
  );
});

describe("a long window that nobody told of", () => {
  test.each([
    ["window:100/10s", 600],
    ["window:2000/15s", 8000],
    ["window:600/30s", 1200],
    ["sliding:300/60s", 300],
    ["sliding:300/10s", 1800],
  ] as const)("%s: its length is found, and then all but a tenth is got", (spec, perMinute) => {
    for (const seed of SEEDS) {
      const { acceptedAt, refusedAt } = asks(spec, seed, 3);
      const got = countFrom(acceptedAt, MINUTE_MS);
      const refused = countFrom(refusedAt, MINUTE_MS);
      expect(got, `seed ${seed}`).toBeGreaterThanOrEqual(0.9 * 2 * perMinute);
      expect(refused, `seed ${seed}`).toBeLessThanOrEqual(0.02 * (got + refused));
    }
  });

  test("a run that ended while it was shut is remembered by it, too", () => {
    const spec = "window:300/60s";
    const first = createRateLearner({ most: 256 });
    simulate({ client: first, model: limitModelOf(spec), seed: 22, forMs: 30_000 });
    const profile = first.profile();
    expect(profile.detail["windowSize"]).toBe(300);
    const client = createRateLearner({ most: 256, profile });
    const { acceptedAt, refusedAt } = simulate({
      client,
      model: limitModelOf(spec),
      seed: 122,
      forMs: 15_000,
    });
    expect(acceptedAt.length).toBeGreaterThanOrEqual(298);
    expect(refusedAt.length).toBeLessThanOrEqual(12);
  });
});

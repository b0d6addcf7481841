import { expect, test } from "vitest";

import { DistinctCounter, MOST_GROUPS } from "./distinct-counter.ts";

/** Numbers as good as random, the same ones each time (xorshift32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state | 0;
  };
}

test("things are counted once, by group and in all", () => {
  const random = createRandom(7);
  const counter = new DistinctCounter();
  const things = Array.from({ length: 20_000 }, () => [random(), random()] as const);
  for (let round = 0; round < 3; round += 1) {
    for (const [index, [high, low]] of things.entries()) {
      expect(counter.add(high, low, index % 3)).toBe(round === 0);
    }
  }
  expect([counter.count(), counter.count(0), counter.count(1), counter.count(2)]).toEqual([
    20_000, 6_667, 6_667, 6_666,
  ]);
  expect(counter.count(3)).toBe(0);
  expect(counter.precision).toBe("exact");
});

test("hashes that share one half are different", () => {
  const counter = new DistinctCounter();
  for (let one = 0; one < 100; one += 1) counter.add(one, 5, 0);
  for (let one = 0; one < 100; one += 1) counter.add(5, one, 0);
  // (5, 5) is in both.
  expect(counter.count()).toBe(199);
});

test("beyond its slots it estimates, within three times the spread that is expected", () => {
  const random = createRandom(11);
  const counter = new DistinctCounter(2 ** 14);
  const most = 2 ** 14 * 0.75;
  for (let thing = 0; thing < most; thing += 1) counter.add(random(), random(), 0);
  expect(counter.precision).toBe("exact");
  for (let thing = most; thing < 1_000_000; thing += 1) {
    const [high, low] = [random(), random()];
    counter.add(high, low, thing % 4 === 0 ? 1 : 0);
    if (thing % 2 === 0) counter.add(high, low, 0);
  }
  expect(counter.precision).toBe("about");
  // At least half of 12,288 are kept: 1/√6144 = 1.3 %.
  expect(Math.abs(counter.count() / 1_000_000 - 1)).toBeLessThan(0.04);
  expect(Math.abs(counter.count(1) / 247_000 - 1)).toBeLessThan(0.08);
  expect(counter.count(0) + counter.count(1)).toBe(counter.count());
});

test("groups beyond the last one count in it", () => {
  const counter = new DistinctCounter();
  counter.add(1, 1, MOST_GROUPS + 10);
  counter.add(2, 2, MOST_GROUPS - 1);
  expect(counter.count(MOST_GROUPS + 10)).toBe(2);
});

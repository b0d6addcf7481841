import { expect, test } from "vitest";

import { createKeyPool, type KeyPool } from "./key-pool.ts";
import { createQuota } from "./quota.ts";
import type { Spacing } from "./token-bucket.ts";

const DAY_MS = 86_400_000;

/** Takes the next key, and a place of its quota; tells which and when it left. */
function leave(
  pool: KeyPool<string>,
  nowMs: number,
  quotas: Readonly<Record<string, Spacing>> = {},
): string {
  const { key, atMs } = pool.next(nowMs);
  pool.take(key);
  quotas[key]?.take(atMs);
  return `${key}@${Math.round(atMs)}`;
}

/** A pool of keys that each have a quota. */
function poolOf(quotas: Readonly<Record<string, Spacing>>): KeyPool<string> {
  return createKeyPool(Object.entries(quotas).map(([key, spacing]) => ({ key, spacing })));
}

test("keys take turns, the least used first", () => {
  const pool = createKeyPool([{ key: "a" }, { key: "b" }, { key: "c" }]);
  expect(Array.from({ length: 7 }, () => leave(pool, 0))).toEqual(
    ["a@0", "b@0", "c@0", "a@0", "b@0", "c@0", "a@0"], //
  );
  expect(pool.used("a")).toBe(3);
});

test("each key has its own quota: two of one per second leave twice a second", () => {
  const perSecond = () => createQuota([{ count: 1, perMs: 1000 }]);
  const quotas = { a: perSecond(), b: perSecond() };
  const pool = poolOf(quotas);
  expect(Array.from({ length: 4 }, () => leave(pool, 0, quotas))).toEqual([
    "a@0",
    "b@0",
    "a@1020",
    "b@1020",
  ]);
});

test("a key whose day is spent leaves the turns to the others until it is free again", () => {
  const quotas = {
    small: createQuota([{ count: 2, perMs: DAY_MS }]),
    large: createQuota([{ count: 5, perMs: DAY_MS }]),
  };
  const pool = poolOf(quotas);
  const keys = Array.from(
    { length: 7 },
    (_, second) => leave(pool, second * 1000, quotas).split("@")[0],
  );
  expect(keys).toEqual(["small", "large", "small", "large", "large", "large", "large"]);
  expect(pool.next(7000)).toEqual({ key: "small", atMs: DAY_MS + 25 });
});

test("a refused key rests until its reset, and the one that comes back first is named", () => {
  const pool = createKeyPool([{ key: "a" }, { key: "b" }]);
  pool.rest("a", 5000);
  expect([leave(pool, 0), leave(pool, 0)]).toEqual(["b@0", "b@0"]);
  pool.rest("b", 3000);
  expect(pool.next(1000)).toEqual({ key: "b", atMs: 3000 });
  expect(leave(pool, 6000)).toBe("a@6000");
});

test("a rest is never cut short by a shorter one", () => {
  const pool = createKeyPool([{ key: "a" }]);
  pool.rest("a", 5000);
  pool.rest("a", 1000);
  expect(pool.next(0).atMs).toBe(5000);
});

test("keys that are not accepted at all never come back", () => {
  const pool = createKeyPool([{ key: "a" }, { key: "b" }]);
  pool.rest("a", Infinity);
  expect(pool.next(1e9).key).toBe("b");
  expect(pool.isAlive).toBe(true);
  pool.rest("b", Infinity);
  expect(pool.next(1e9).atMs).toBe(Infinity);
  expect(pool.isAlive).toBe(false);
});

test("a pool has keys, each once, and no error tells one", () => {
  expect(() => createKeyPool([])).toThrow(RangeError);
  expect(() => createKeyPool([{ key: "s3cret" }, { key: "s3cret" }])).toThrow(/^[^3]*$/);
  expect(() => createKeyPool([{ key: "a" }]).take("s3cret")).toThrow(/^[^3]*$/);
});

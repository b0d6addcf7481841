import { describe, expect, test } from "vitest";

import { earlierCost } from "./earlier-cost.ts";

type Session = readonly [end: "ended" | "died", counters: object | null];

const PRICE = 5n;

function cost(sessions: readonly Session[], reserved?: bigint, price?: bigint): bigint | undefined {
  const facts = new Map(
    reserved === undefined ? [] : [["reserved", JSON.stringify(`${reserved}`)]],
  );
  const told = sessions.map(([end, counters]) => ({
    pid: 1,
    beganMs: 0,
    endedMs: end === "ended" ? 1 : null,
    reason: null,
    counters: counters === null ? null : JSON.stringify(counters),
  }));
  return earlierCost({ sessions: told, facts }, price);
}

test("a run that nobody put a price on has no cost", () => {
  expect(cost([["ended", { requests: 3 }]])).toBeUndefined();
  expect(cost([], undefined, PRICE)).toBe(0n);
});

test("requests of a process that knew no price cost the price of today", () => {
  expect(cost([["ended", { requests: 3 }]], undefined, PRICE)).toBe(15n);
});

test("what was paid stays paid when the price changes", () => {
  const sessions: readonly Session[] = [["ended", { requests: 3, paid: "30" }]];
  expect(cost(sessions, undefined, PRICE)).toBe(30n);
  expect(cost(sessions)).toBe(30n);
});

describe("after a process that ended without a word", () => {
  test("the reservation counts, not only what was noted", () => {
    expect(cost([["died", { requests: 3, paid: "15" }]], 100n, PRICE)).toBe(100n);
    expect(cost([["died", null]], 100n, PRICE)).toBe(100n);
  });

  test("a later process that sent nothing does not make the loss known", () => {
    const sessions: readonly Session[] = [
      ["died", { requests: 3, paid: "15" }],
      ["ended", {}],
    ];
    expect(cost(sessions, 100n, PRICE)).toBe(100n);
  });

  test("a later process that counted on from there does", () => {
    const sessions: readonly Session[] = [
      ["died", { requests: 3, paid: "15" }],
      ["ended", { requests: 2, paid: "110" }],
    ];
    expect(cost(sessions, 200n, PRICE)).toBe(110n);
  });
});

test("a process that ended in order has spent what it counted, not what it reserved", () => {
  expect(cost([["ended", { requests: 3, paid: "15" }]], 100n, PRICE)).toBe(15n);
});

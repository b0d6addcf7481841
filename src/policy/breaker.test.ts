import { describe, expect, test } from "vitest";

import { type Breaker, createBreaker, type Outage, OUTAGE_PATIENCE_MS } from "./breaker.ts";

/** No chance: pauses have their full length. */
const never = { random: () => 0 };

/** So many requests fail one after the other; returns the time after the last. */
function fail(breaker: Breaker, times: number, how: Outage = "unreachable", fromMs = 0): number {
  for (let count = 0; count < times; count += 1) {
    breaker.depart(fromMs + count);
    breaker.dead(fromMs + count + 1, how, fromMs + count);
  }
  return fromMs + times;
}

/** Probes at the earliest time, in vain. */
function probeInVain(breaker: Breaker, fromMs: number): number {
  const atMs = breaker.nextAt(fromMs);
  breaker.depart(atMs);
  expect(breaker.nextAt(atMs)).toBe(Infinity);
  breaker.dead(atMs + 1, "unreachable", atMs);
  return atMs + 1;
}

describe("a host that fails", () => {
  test("is asked as usual until five failures in a row", () => {
    const breaker = createBreaker(never);
    fail(breaker, 4);
    expect(breaker.nextAt(10)).toBe(10);
    breaker.alive();
    fail(breaker, 4, "unreachable", 20);
    expect(breaker.health).toBe("up");
    fail(breaker, 1, "unreachable", 30);
    expect(breaker.health).toBe("paused");
  });

  test("is probed by one request at a time, after pauses that double up to ten seconds", () => {
    const breaker = createBreaker(never);
    breaker.alive();
    let nowMs = fail(breaker, 5);
    const pauses: number[] = [];
    for (let probe = 0; probe < 8; probe += 1) {
      pauses.push(breaker.nextAt(nowMs) - nowMs);
      nowMs = probeInVain(breaker, nowMs);
    }
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  test("probes of many clients are spread by chance over half a pause", () => {
    const times = [0, 0.25, 0.999].map((chance) => {
      const breaker = createBreaker({ random: () => chance });
      breaker.alive();
      const nowMs = fail(breaker, 5);
      return breaker.nextAt(nowMs) - nowMs;
    });
    expect(times[0]).toBe(250);
    expect(times[1]).toBeCloseTo(218.75);
    expect(times[2]).toBeCloseTo(125, 0);
  });

  test("is up again with the first answer", () => {
    const breaker = createBreaker(never);
    breaker.alive();
    const nowMs = fail(breaker, 5);
    const atMs = breaker.nextAt(nowMs);
    breaker.depart(atMs);
    expect(breaker.alive()).toBe(true);
    expect(breaker.nextAt(atMs)).toBe(atMs);
  });

  test("a failure that left before the last sign of life says nothing", () => {
    const breaker = createBreaker(never);
    breaker.alive();
    const nowMs = fail(breaker, 5);
    const atMs = breaker.nextAt(nowMs);
    breaker.depart(atMs);
    breaker.alive();
    for (let count = 0; count < 20; count += 1) breaker.dead(atMs + 1, "unreachable", count % 5);
    expect(breaker.health).toBe("up");
  });

  test("one that answered before is waited for ninety seconds and then given up", () => {
    const breaker = createBreaker(never);
    breaker.alive();
    let nowMs = fail(breaker, 5);
    while (breaker.health === "paused") nowMs = probeInVain(breaker, nowMs);
    expect(breaker.health).toBe("given up");
    expect(nowMs).toBeGreaterThanOrEqual(OUTAGE_PATIENCE_MS);
    expect(nowMs).toBeLessThan(OUTAGE_PATIENCE_MS + 11_000);
  });

  test("one that never answered is given up after three probes, within two seconds", () => {
    const breaker = createBreaker(never);
    let nowMs = fail(breaker, 6);
    while (breaker.health === "paused") nowMs = probeInVain(breaker, nowMs);
    expect(nowMs).toBeLessThan(2_000);
  });

  test("one that lets every first request wait in vain is given up at once", () => {
    const breaker = createBreaker(never);
    fail(breaker, 5, "silent");
    expect(breaker.health).toBe("given up");
  });

  test("one that lets a second request wait in vain after the first is given up", () => {
    const breaker = createBreaker(never);
    const wait = (fromMs: number, forMs: number): void => {
      breaker.depart(fromMs);
      breaker.dead(fromMs + forMs, "silent", fromMs);
    };
    wait(0, 10_000);
    expect(breaker.health).toBe("up");
    wait(1, 10_000);
    expect(breaker.health).toBe("up");
    wait(10_500, 10_000);
    expect(breaker.health).toBe("given up");
  });

  test.each([
    ["two short waits in vain", 300, false],
    ["two of a host that has answered before", 10_000, true],
  ])("%s are no outage", (_what, forMs, hasAnswered) => {
    const breaker = createBreaker(never);
    if (hasAnswered) breaker.alive();
    for (const leftMs of [1, 1 + forMs]) {
      breaker.depart(leftMs);
      breaker.dead(leftMs + forMs, "silent", leftMs);
    }
    expect(breaker.health).toBe("up");
  });

  test("one that was given up is tried again every thirty seconds", () => {
    const breaker = createBreaker(never);
    const nowMs = fail(breaker, 5, "silent");
    expect(breaker.nextAt(nowMs)).toBe(nowMs + 30_000);
    breaker.depart(nowMs + 30_000);
    expect(breaker.alive()).toBe(true);
    expect(breaker.health).toBe("up");
  });

  test("ten failures of a host that can be reached are an outage, once they last a second", () => {
    const breaker = createBreaker(never);
    fail(breaker, 9, "failing");
    fail(breaker, 5, "failing", 900);
    expect(breaker.health).toBe("up");
    fail(breaker, 1, "failing", 1_000);
    expect(breaker.health).toBe("paused");
  });

  test("a probe that was stopped leaves its place to another", () => {
    const breaker = createBreaker(never);
    breaker.alive();
    const nowMs = fail(breaker, 5);
    const atMs = breaker.nextAt(nowMs);
    breaker.depart(atMs);
    breaker.forget();
    expect(breaker.nextAt(atMs)).toBe(atMs);
  });
});

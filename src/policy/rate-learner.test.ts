import { describe, expect, test } from "vitest";

import { createRateLearner, type Departure, type RateLearner } from "./rate-learner.ts";

function learner(most = 256): RateLearner {
  return createRateLearner({ most });
}

/** All that may leave now, and until another time where one is given, leaves. */
function leave(on: RateLearner, nowMs: number, untilMs = nowMs): readonly Departure[] {
  const flights: Departure[] = [];
  for (let atMs = on.nextAt(nowMs); atMs <= untilMs; atMs = on.nextAt(atMs)) {
    flights.push(on.depart(atMs));
  }
  return flights;
}

function land(on: RateLearner, flights: readonly Departure[], nowMs: number): void {
  for (const flight of flights) {
    on.land(flight, { nowMs, kind: "accepted", latencyMs: nowMs - flight.atMs });
  }
}

describe("a rate learner", () => {
  test("lets two out for each answer, as long as somebody waits, spread over half a round trip", () => {
    const fresh = learner();
    const first = leave(fresh, 0);
    land(fresh, first, 50);
    const second = leave(fresh, 50, 99);
    expect([first.length, second.length]).toEqual([6, 12]);
    const gaps = second.slice(1).map(({ atMs }, index) => atMs - second[index]!.atMs);
    expect(Math.min(...gaps)).toBeCloseTo(25 / 12);
    expect(second.at(-1)!.atMs).toBeLessThan(50 + 25);
  });

  test("knows that a probe got in once a refusal would have come", () => {
    const fresh = learner();
    for (const flight of leave(fresh, 0)) {
      fresh.land(flight, { nowMs: 100, kind: "refused", latencyMs: 100 });
    }
    const probe = fresh.nextAt(100);
    fresh.depart(probe);
    expect(fresh.nextAt(probe)).toBe(probe + 1.5 * 100 + 5);
    expect(leave(fresh, probe + 155)).toHaveLength(0);
    // From then on they leave at a pace, though the probe is not answered yet.
    expect(leave(fresh, probe + 156, probe + 1156).length).toBeGreaterThan(1);
    expect(fresh.limits.rate).toBeLessThan(Infinity);
  });

  test("asks again where a probe came to nothing", () => {
    const fresh = learner();
    const [first, ...others] = leave(fresh, 0);
    fresh.land(first!, { nowMs: 10, kind: "refused", latencyMs: 10 });
    land(fresh, others, 50);
    let nowMs = 50;
    for (const probe of [1, 2, 3]) {
      nowMs = fresh.nextAt(nowMs);
      expect(nowMs, `probe ${probe}`).toBeLessThan(10_000);
      fresh.land(fresh.depart(nowMs), { nowMs: nowMs + 5, kind: "failed", latencyMs: undefined });
      nowMs += 5;
    }
  });

  test("takes answers whose latency nobody knows for no fast ones", () => {
    const fresh = learner();
    for (let round = 1; round <= 40; round += 1) {
      for (const [index, flight] of leave(fresh, 100 * (round - 1), 100 * round - 1).entries()) {
        const latencyMs = round > 20 || index % 2 === 0 ? 100 : undefined;
        fresh.land(flight, { nowMs: 100 * round, kind: "accepted", latencyMs });
      }
      expect(fresh.limits.concurrency).toBeGreaterThanOrEqual(Math.min(64, 6 + round));
    }
    expect(fresh.profile().latencyMs).toBe(100);
  });

  test("does not grow while nobody waits", () => {
    const fresh = learner();
    for (let nowMs = 0; nowMs < 2000; nowMs += 50) {
      const flight = fresh.depart(nowMs);
      land(fresh, [flight], nowMs + 40);
    }
    expect(fresh.limits.concurrency).toBe(6);
  });

  test("counts who is under way", () => {
    const fresh = learner();
    const flights = leave(fresh, 0);
    expect(fresh.inFlight).toBe(6);
    land(fresh, flights.slice(2), 50);
    expect(fresh.inFlight).toBe(2);
  });

  test("waits as long as a refusal asks, and then asks with one alone", () => {
    const fresh = learner();
    for (const flight of leave(fresh, 0)) {
      fresh.land(flight, { nowMs: 10, kind: "refused", latencyMs: 10, retryAfterMs: 3000 });
    }
    expect(fresh.limits.untilMs).toBe(3010);
    expect(fresh.nextAt(20)).toBe(3010);
    expect(leave(fresh, 3010)).toHaveLength(1);
  });

  test("spends an announced budget and then waits for its reset", () => {
    const fresh = learner();
    const reading = { name: undefined, limit: 100, resetMs: 9000, windowMs: 60_000 };
    const [first, ...others] = leave(fresh, 0);
    const readings = [{ ...reading, remaining: 7 }];
    fresh.land(first!, { nowMs: 50, kind: "accepted", latencyMs: 50, readings });
    // Seven were left after the first; five have left since.
    land(fresh, others, 60);
    expect(leave(fresh, 60, 1000)).toHaveLength(2);
    expect(fresh.nextAt(1000)).toBe(9050);
  });

  test("takes connections that are dropped for too many at once", () => {
    const fresh = learner();
    const [first, ...others] = leave(fresh, 0);
    for (const flight of others) {
      fresh.land(flight, { nowMs: 5, kind: "failed", latencyMs: undefined });
    }
    land(fresh, [first!], 50);
    expect(fresh.limits.concurrency).toBe(1);
    expect(fresh.limits.rate).toBe(Infinity);
  });

  test("takes a connection that is dropped while nobody else is under way for nothing", () => {
    const fresh = learner();
    const flight = fresh.depart(0);
    fresh.land(flight, { nowMs: 5, kind: "failed", latencyMs: undefined });
    expect(fresh.limits.concurrency).toBeGreaterThan(1);
    expect(fresh.profile()).toMatchObject({ concurrency: undefined, evidence: [] });
  });

  test("begins with one again after the host was down", () => {
    const fresh = learner();
    land(fresh, leave(fresh, 0), 50);
    fresh.restart(100);
    expect(fresh.limits.concurrency).toBe(1);
  });

  test("remembers nothing where no limit was found", () => {
    const fresh = learner();
    land(fresh, leave(fresh, 0), 50);
    expect(fresh.profile()).toMatchObject({
      rate: undefined,
      concurrency: undefined,
      evidence: [],
    });
  });
});

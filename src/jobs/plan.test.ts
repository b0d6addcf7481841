import { describe, expect, test } from "vitest";

import { exactMoney, parseMoney } from "../formats/money.ts";
import { planOf, type PlanOptions } from "./plan.ts";
import type { RememberedLimits } from "./planned-times.ts";
import type { Survey, SurveyedHost } from "./survey.ts";

const SECOND = { count: 10, perMs: 1_000 };
const DAY = { count: 5_000, perMs: 86_400_000 };
const LIMITS = { concurrency: 256, perHost: { most: 16, start: 16 } };
const NONE: PlanOptions = { rates: [], limits: LIMITS };
const LEARNING = { concurrency: 256, perHost: { most: 256, start: undefined } };

function surveyed(...hosts: readonly SurveyedHost[]): Survey {
  const sum = (key: "requests" | "owed"): number => hosts.reduce((all, one) => all + one[key], 0);
  return {
    rows: sum("requests"),
    done: 0,
    requests: sum("requests"),
    owed: sum("owed"),
    precision: "exact",
    hosts,
    refused: { rows: 0, why: undefined },
    first: [],
    spread: [],
  };
}

function host(owed: number, origin = "http://a.test"): SurveyedHost {
  return { origin, requests: owed, owed };
}

function learned(limits: Partial<RememberedLimits>): RememberedLimits {
  const nothing = {
    rate: undefined,
    burst: undefined,
    concurrency: undefined,
    latencyMs: undefined,
  };
  return { ...nothing, evidence: [], detail: {}, ...limits };
}

describe("duration", () => {
  test("without a limit nothing is claimed", () => {
    expect(planOf(surveyed(host(100)), NONE)).toMatchObject({ times: [], durationMs: undefined });
  });

  test("a rate holds for each host by itself: the one that is asked most decides", () => {
    const hosts = [host(1_001), host(500, "http://b.test")];
    const { times, durationMs } = planOf(surveyed(...hosts), { ...NONE, rates: [SECOND] });
    expect(times).toHaveLength(1);
    expect(times[0]).toMatchObject({ by: "rate", rates: [SECOND] });
    // The pacing keeps its windows 2 % longer.
    expect(durationMs).toBeCloseTo(102_000, 3);
  });

  test("a quota is told in its windows, and the longest limit is the duration", () => {
    const { times, durationMs } = planOf(surveyed(host(26_641)), { ...NONE, rates: [SECOND, DAY] });
    expect(times.map(({ by }) => by)).toEqual(["rate", "quota"]);
    expect(times[1]).toMatchObject({ by: "quota", rate: DAY, windows: 6 });
    expect(durationMs).toBe(times[1]!.durationMs);
    expect(durationMs).toBeGreaterThan(5 * DAY.perMs);
    expect(durationMs).toBeLessThan(6 * DAY.perMs);
  });

  test("a sample tells how long the places of one host take", () => {
    const options = { ...NONE, latencyMs: () => 200 };
    expect(planOf(surveyed(host(1_601)), options).times).toEqual([
      { by: "concurrency", places: 16, latencyMs: 200, bound: "exact", durationMs: 101 * 200 },
    ]);
    expect(planOf(surveyed(host(3)), options).times).toEqual([
      { by: "concurrency", places: 3, latencyMs: 200, bound: "exact", durationMs: 200 },
    ]);
  });

  test("where the places of a host are learned, those in the beginning are an upper bound", () => {
    const options = { ...NONE, limits: LEARNING, latencyMs: () => 200 };
    expect(planOf(surveyed(host(601)), options).times).toEqual([
      { by: "concurrency", places: 6, latencyMs: 200, bound: "at most", durationMs: 101 * 200 },
    ]);
    expect(planOf(surveyed(host(5)), options).times).toMatchObject([{ places: 5, bound: "exact" }]);
    const recall = () => learned({ concurrency: 20 });
    expect(planOf(surveyed(host(601)), { ...options, recall }).times).toEqual([
      { by: "concurrency", places: 20, latencyMs: 200, bound: "exact", durationMs: 31 * 200 },
    ]);
  });

  test("with many hosts the places in all are the bound", () => {
    const hosts = Array.from({ length: 100 }, (_, index) => host(160, `http://h${index}.test`));
    const limits = { ...LIMITS, concurrency: 32 };
    const options = { ...NONE, limits, latencyMs: () => 100 };
    expect(planOf(surveyed(...hosts), options).times).toEqual([
      {
        ...{ by: "concurrency", places: 32, latencyMs: 100, bound: "exact" },
        durationMs: (100 * 160 * 100) / 32,
      },
    ]);
  });

  test("what was learned of a host counts, by its rate or by its places", () => {
    const limits = learned({ rate: 95, burst: 10, learnedAtMs: 5 });
    const recall = (origin: string) => (origin === "http://a.test" ? limits : undefined);
    expect(planOf(surveyed(host(26_641)), { ...NONE, recall }).times).toEqual([
      { by: "learned", origin: "http://a.test", limits, durationMs: (26_631 / 95) * 1_000 },
    ]);
    const slow = learned({ concurrency: 4, latencyMs: 500 });
    expect(planOf(surveyed(host(40)), { ...NONE, recall: () => slow }).durationMs).toBe(5_000);
    expect(planOf(surveyed(host(40)), { ...NONE, recall: () => learned({}) }).times).toEqual([]);
  });

  test("what is answered already takes no time", () => {
    const survey = surveyed({ origin: "http://a.test", requests: 100, owed: 0 });
    expect(planOf(survey, { ...NONE, rates: [SECOND], latencyMs: () => 1 }).times).toEqual([]);
  });
});

describe("cost", () => {
  const price = parseMoney("0.005");

  test("is that of the requests still owed, to the last digit", () => {
    const { cost, stop } = planOf(surveyed(host(26_641)), { ...NONE, price });
    expect(exactMoney(cost!.total)).toBe("133.205");
    expect(stop).toBeUndefined();
  });

  test("stops where the cap ends, less what the run has paid", () => {
    const maxCost = parseMoney("20");
    const options = { ...NONE, price, maxCost };
    expect(planOf(surveyed(host(26_641)), options).stop).toEqual({
      by: "--max-cost",
      after: 4_000,
    });
    const paid = parseMoney("19.99");
    expect(planOf(surveyed(host(26_641)), { ...options, paid }).stop?.after).toBe(2);
    expect(planOf(surveyed(host(26_641)), { ...options, paid: parseMoney("21") }).stop?.after).toBe(
      0,
    );
  });

  test("a cap that is just enough stops nothing", () => {
    const options = { ...NONE, price, maxCost: parseMoney("20") };
    expect(planOf(surveyed(host(4_000)), options).stop).toBeUndefined();
    expect(planOf(surveyed(host(4_001)), options).stop?.after).toBe(4_000);
  });

  test("of two caps the first one reached is named", () => {
    const options = { ...NONE, price, maxCost: parseMoney("20"), maxRequests: 100 };
    expect(planOf(surveyed(host(5_000)), options).stop).toEqual({
      by: "--max-requests",
      after: 100,
    });
  });
});

import { describe, expect, test } from "vitest";

import { parseMoney } from "../formats/money.ts";
import { planOf, type PlanOptions } from "../jobs/plan.ts";
import type { Survey } from "../jobs/survey.ts";
import { planLines } from "./plan-lines.ts";
import { planToJson } from "./plan-json.ts";
import type { PlannedWork } from "./planned-work.ts";

const MAPS = { origin: "https://maps.example.com", requests: 26_641, owed: 26_641 };

const SURVEY: Survey = {
  rows: 27_000,
  done: 0,
  requests: 26_641,
  owed: 26_641,
  precision: "exact",
  hosts: [MAPS],
  refused: { rows: 0, why: undefined },
  first: [],
  spread: [],
};

function workOf(
  survey: Partial<Survey> = {},
  options: Partial<PlanOptions> = {},
  work: Partial<PlannedWork> = {},
): PlannedWork {
  const limits = {
    rates: [],
    limits: { concurrency: 256, perHost: { most: 256, start: undefined } },
  };
  return {
    plan: planOf({ ...SURVEY, ...survey }, { ...limits, ...options }),
    input: "places.csv",
    things: "rows",
    duplicates: "asked once",
    run: undefined,
    obstacle: undefined,
    wait: "stop",
    requests: [],
    sample: undefined,
    ...work,
  };
}

const linesOf = (...parts: Parameters<typeof workOf>) => planLines(workOf(...parts));

const PLACES: Partial<PlanOptions> = {
  rates: [
    { count: 100, perMs: 1_000 },
    { count: 5_000, perMs: 86_400_000 },
  ],
  price: parseMoney("0.005"),
  maxCost: parseMoney("20"),
  recall: () => ({
    ...{ rate: 95, burst: 1, concurrency: undefined, latencyMs: undefined },
    ...{ evidence: ["refusals"], detail: {}, learnedAtMs: Date.UTC(2026, 10, 3, 12) },
  }),
};

test("27,000 places: how many, how long by each limit, for how much", () => {
  expect(linesOf({}, PLACES)).toEqual([
    "places.csv   27,000 rows, 26,641 distinct requests to maps.example.com",
    "  at the limit learned on 2026-11-03 (95/s)  4 min 40 s",
    "  at the declared rate (100/s)               4 min 32 s",
    "  at the declared quota (5000/d)             6 days: stops each day, resumes by itself with --wait",
    "  price 0.005 each                           133.21   (cap 20.00 set: stops after 4,000)",
  ]);
});

describe("a quota", () => {
  test.each<readonly [count: number, perMs: number, wait: PlannedWork["wait"], told: string]>([
    [5_000, 86_400_000, "wait", "6 days: waits each day until it is full again"],
    [30_000, 86_400_000, "stop", "is enough for one day"],
    [20_000, 3_600_000, "stop", "2 hours: stops each hour, resumes by itself with --wait"],
    [20_000, 172_800_000, "stop", "2 times 2 d: stops each time, resumes by itself with --wait"],
    [30_000, 172_800_000, "stop", "is enough"],
  ])("of %i per %i ms (%s): %s", (count, perMs, wait, told) => {
    const [, line] = linesOf({}, { rates: [{ count, perMs }] }, { wait });
    expect(line!.endsWith(`)  ${told}`)).toBe(true);
  });
});

test("where no limit is known, it says how to find out", () => {
  expect(linesOf()[1]).toBe("  duration  unknown: no limit is known; --sample sends five to see");
});

test("a run that is there already tells what is done, paid and owed", () => {
  const survey = { done: 9_000, owed: 17_641, hosts: [{ ...MAPS, owed: 17_641 }] };
  const options = {
    price: parseMoney("0.005"),
    maxCost: parseMoney("200"),
    paid: parseMoney("45"),
  };
  expect(linesOf(survey, options, { run: ".fanfetch/1121-0314-places" }).slice(1, 3)).toEqual([
    "  done in .fanfetch/1121-0314-places  9,000; 17,641 requests are still owed",
    "  price 0.005 each                    88.21   (cap 200.00 set, 45.00 are paid: is enough)",
  ]);
  const done = { done: 27_000, owed: 0, hosts: [{ ...MAPS, owed: 0 }] };
  expect(linesOf(done, {}, { run: "r" })).toEqual([
    "places.csv   27,000 rows, 26,641 distinct requests to maps.example.com",
    "  done in r  27,000; nothing is owed, --force asks anew",
  ]);
});

test("several hosts are listed, the rest is counted; an estimate has four digits", () => {
  const hosts = Array.from({ length: 7 }, (_, index) => ({
    origin: `https://h${index}.test`,
    requests: 1_234_567,
    owed: 1_234_567,
  }));
  const survey: Partial<Survey> = { hosts, requests: 8_641_969, precision: "about" };
  expect(linesOf(survey).slice(0, 7)).toEqual([
    "places.csv   27,000 rows, about 8,642,000 distinct requests to 7 hosts",
    ...[0, 1, 2, 3, 4].map((index) => `  h${index}.test     about 1,235,000`),
    "  and 2 more",
  ]);
});

test("rows that cannot be sent are told with the first reason, made visible", () => {
  const refused = { rows: 3, why: 'row 7: "\u001b[31m" is no URL' };
  expect(linesOf({ refused })).toContain('  3 cannot be sent  row 7: "\\x1b[31m" is no URL');
});

test("requests with an effect are not called distinct: each row sends its own", () => {
  const [head] = linesOf({ requests: 27_000 }, {}, { duplicates: "each asked" });
  expect(head).toBe("places.csv   27,000 rows, 27,000 requests to maps.example.com");
});

test("an output that would be refused is named", () => {
  expect(linesOf({}, {}, { obstacle: "out.csv" })).toContain(
    "  out.csv   exists and is not this run's; --force overwrites it",
  );
});

test("later requests show only the fields in which they differ; secrets have no value", () => {
  const common = { name: "accept", value: "*/*" };
  const requests = ["1", "2"].map((n) => ({
    method: "POST",
    url: `https://a.test/${n}`,
    headers: [common, { name: "x-row", value: n }, { name: "authorization", value: null }],
    bodyBytes: 12,
  }));
  expect(linesOf({}, {}, { requests }).slice(-9)).toEqual([
    "the first 2 requests",
    "  POST https://a.test/1",
    "    accept: */*",
    "    x-row: 1",
    "    authorization: (withheld)",
    "    body of 12 B",
    "  POST https://a.test/2",
    "    x-row: 2",
    "    body of 12 B",
  ]);
});

test("the JSON has the same facts as numbers", () => {
  expect(planToJson(workOf({}, PLACES))).toMatchObject({
    input: "places.csv",
    rows: 27_000,
    requests: 26_641,
    owed: 26_641,
    precision: "exact",
    hosts: [{ host: "https://maps.example.com", requests: 26_641, owed: 26_641 }],
    run: null,
    times: [
      { by: "learned", ratePerSecond: 95, learnedAt: "2026-11-03T12:00:00.000Z" },
      { by: "rate", rates: ["100/s"] },
      { by: "quota", rate: "5000/d", windows: 6 },
    ],
    cost: { price: 0.005, total: 133.205, paid: 0, maxCost: 20 },
    stop: { by: "--max-cost", after: 4_000 },
    sample: null,
    sent: 0,
  });
});

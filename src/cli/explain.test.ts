import { describe, expect, test } from "vitest";

import { Failure } from "../core/failure.ts";
import { createRequest } from "../core/request.ts";
import { count, createTally } from "../report/tally.ts";
import { endHints, explainFailure } from "./explain.ts";

const request = createRequest({ url: "https://a.test/" });

describe("explainFailure", () => {
  test("is the code and the sentence, on one visible line of bounded length", () => {
    const words = explainFailure(
      new Failure("E_PROTOCOL", `bad\u001b[2J\nheader ${"x".repeat(500)}`, { request }),
    );
    expect(words).toMatch(/^E_PROTOCOL bad\\x1b\[2J/);
    expect(words).not.toMatch(/\n/);
    expect(words.length).toBeLessThan(180);
  });
});

describe("endHints", () => {
  test("says nothing after a run without trouble", () => {
    expect(endHints(createTally())).toEqual([]);
  });

  test("names the host that held the run for most of its time", () => {
    const tally = createTally();
    count(tally, { type: "started", atMs: 0, total: 9 });
    count(tally, {
      type: "held",
      atMs: 0,
      host: "https://slow.test",
      forMs: 9_000,
      reason: "retry-after",
      status: 429,
    });
    count(tally, {
      type: "held",
      atMs: 0,
      host: "https://other.test",
      forMs: 500,
      reason: "rate",
      status: undefined,
    });
    count(tally, { type: "ended", atMs: 10_000 });
    expect(endHints(tally)).toEqual([
      "slow.test held the run for 9.00 s; more concurrency would not help",
    ]);
  });

  test("sums up causes, commonest first, with advice for the commonest that has some", () => {
    const tally = createTally();
    tally.failed = 1015;
    tally.failures.set("E_STATUS", 3).set("E_PARSE", 1000).set("E_TIMEOUT", 12);
    tally.statuses.set(404, 2).set(429, 1);
    expect(endHints(tally)).toEqual([
      "1,015 failed: 1,000 E_PARSE, 12 E_TIMEOUT, 2 status 404, 1 status 429",
      "  E_TIMEOUT: a longer --timeout (--connect-timeout for connections) waits, a smaller -j or --per-host asks more gently",
    ]);
  });

  test.each([
    [404, /--accept 2xx,404/],
    [403, /check -u/],
    [429, /--rate/],
  ])("tells what to do about status %i", (status, advice) => {
    const tally = createTally();
    tally.failed = 1;
    tally.failures.set("E_STATUS", 1);
    tally.statuses.set(status, 1);
    expect(endHints(tally)[1]).toMatch(advice);
  });

  test.each([
    ["E_PAGES", /paginate|how pages follow/],
    ["E_HOOK", /function of the job threw/],
  ] as const)("tells what to do about %s", (code, advice) => {
    const tally = createTally();
    tally.failed = 1;
    tally.failures.set(code, 1);
    expect(endHints(tally)[1]).toMatch(advice);
  });
});

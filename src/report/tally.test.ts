import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { Failure, type FailureCode } from "../core/failure.ts";
import type { Outcome } from "../core/outcome.ts";
import { createRequest, type HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { formatAccount, formatRatio } from "./account.ts";
import { formatSummary, summarise } from "./summary.ts";
import { count, createTally, MOST_HOSTS, OTHER_HOSTS, type Tally } from "./tally.ts";

function responseOf(url: string, status: number, totalMs: number): HttpResponse {
  return new HttpResponse({
    url,
    status,
    headers: {},
    body: new Uint8Array(10),
    wireBytes: 7,
    protocol: "http/1.1",
    timing: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs, reused: true },
  });
}

function answered(
  request: HttpRequest,
  totalMs: number,
  kind: "asked" | "duplicate" = "asked",
): Outcome {
  const call = createCall();
  call.duplicate = kind === "duplicate";
  return { kind: "answered", request, call, response: responseOf(request.url, 200, totalMs) };
}

function failed(request: HttpRequest, code: FailureCode, status?: number): Outcome {
  const response = status === undefined ? undefined : responseOf(request.url, status, 1);
  const failure = new Failure(code, "why", { request, response });
  return { kind: code === "E_ROBOTS" ? "skipped" : "failed", request, call: createCall(), failure };
}

function run(outcomes: readonly Outcome[], wallMs: number): Tally {
  const tally = createTally();
  count(tally, { type: "started", atMs: 1000, total: outcomes.length });
  for (const outcome of outcomes) {
    if (!outcome.call.duplicate)
      count(tally, { type: "sent", atMs: 1000, request: outcome.request });
  }
  for (const outcome of outcomes) {
    if (!outcome.call.duplicate)
      count(tally, { type: "landed", atMs: 1000, request: outcome.request, requests: 1 });
    count(tally, { type: "settled", atMs: 1000, outcome });
  }
  count(tally, { type: "ended", atMs: 1000 + wallMs });
  return tally;
}

const A = createRequest({ url: "https://a.test/x" });
const B = createRequest({ url: "http://b.test:8080/y" });

describe("the tally", () => {
  test("adds up, in all and by host", () => {
    const tally = run(
      [
        answered(A, 100),
        answered(A, 300),
        failed(B, "E_STATUS", 404),
        failed(B, "E_DNS"),
        failed(B, "E_ROBOTS"),
      ],
      500,
    );
    expect(tally).toMatchObject({
      answered: 2,
      failed: 2,
      skipped: 1,
      requests: 5,
      bytes: 20,
      inFlight: 0,
      maxInFlight: 5,
      sequentialMs: 400,
      slowestMs: 300,
      phase: "ended",
    });
    expect(tally.hosts.get("https://a.test")).toMatchObject({
      requests: 2,
      answered: 2,
      failed: 0,
      maxInFlight: 2,
    });
    expect(tally.hosts.get("http://b.test:8080")).toMatchObject({
      answered: 0,
      failed: 2,
      skipped: 1,
    });
    expect([...tally.failures]).toEqual([
      ["E_STATUS", 1],
      ["E_DNS", 1],
    ]);
    expect([...tally.statuses]).toEqual([[404, 1]]);
  });

  test("counts a duplicate as an input, and its time and bytes once", () => {
    const tally = run([answered(A, 100), answered(A, 100, "duplicate")], 100);
    expect(tally).toMatchObject({
      answered: 2,
      duplicates: 1,
      requests: 1,
      bytes: 10,
      sequentialMs: 100,
    });
  });

  test("counts retries and holds for the host they concern", () => {
    const tally = createTally();
    count(tally, { type: "retry", atMs: 0, request: A, reason: "503", delayMs: 10 });
    count(tally, {
      type: "held",
      atMs: 5,
      host: A.origin,
      forMs: 2000,
      reason: "retry-after",
      status: 429,
    });
    expect(tally.retries).toBe(1);
    expect(tally.hosts.get(A.origin)).toMatchObject({
      retries: 1,
      heldMs: 2000,
      heldUntilMs: 2005,
      heldBy: "retry-after",
    });
  });

  test("counts the time of holds that overlap once", () => {
    const tally = createTally();
    const held = (atMs: number, forMs: number): number => {
      count(tally, { type: "held", atMs, host: A.origin, forMs, reason: "rate", status: 200 });
      return tally.hosts.get(A.origin)!.heldMs;
    };
    expect(held(0, 1000)).toBe(1000);
    expect(held(400, 1000)).toBe(1400);
    expect(held(500, 100)).toBe(1400);
    expect(tally.hosts.get(A.origin)!.heldUntilMs).toBe(1400);
    expect(held(5000, 500)).toBe(1900);
  });

  test("keeps a bounded number of hosts", () => {
    const tally = createTally();
    for (let index = 0; index < MOST_HOSTS + 50; index += 1) {
      count(tally, {
        type: "sent",
        atMs: 0,
        request: createRequest({ url: `http://h${index}.test/` }),
      });
    }
    expect(tally.hosts.size).toBe(MOST_HOSTS + 1);
    expect(tally.hosts.get(OTHER_HOSTS)?.requests).toBe(50);
    expect(tally.requests).toBe(MOST_HOSTS + 50);
  });
});

describe("the account", () => {
  test("is one line as people read it", () => {
    const tally = createTally();
    Object.assign(tally, {
      answered: 26_988,
      failed: 12,
      sequentialMs: 8_940_000,
      startedMs: 0,
      endedMs: 41_200,
      maxInFlight: 40,
    });
    expect(formatAccount(tally)).toBe(
      "27000 inputs = 26988 answered + 12 failed + 0 skipped · 41.2 s (one by one: 2 h 29 min, 217×)",
    );
  });

  test("says when the slowest answer is the bound, but not of a sequential run", () => {
    expect(formatAccount(run([answered(A, 90), answered(B, 261)], 270))).toBe(
      "2 inputs = 2 answered + 0 failed + 0 skipped · 270 ms (one by one: 351 ms, 1.3×; the slowest answer bounds it)",
    );
    const alone = run([answered(A, 20), answered(A, 290)], 300);
    alone.maxInFlight = 1;
    expect(formatAccount(alone)).not.toContain("bounds");
  });

  test("compares nothing where there is nothing to compare", () => {
    expect(formatAccount(run([answered(A, 90)], 100))).toBe(
      "1 input = 1 answered + 0 failed + 0 skipped · 100 ms",
    );
    expect(formatAccount(run([], 0))).toBe("0 inputs = 0 answered + 0 failed + 0 skipped · 0 ms");
  });

  test("boasts of no gain where failures took more time than was gained", () => {
    expect(
      formatAccount(run([answered(A, 90), answered(A, 90), failed(B, "E_CONNECT")], 1500)),
    ).toBe("3 inputs = 2 answered + 1 failed + 0 skipped · 1.50 s");
  });

  test("rounds ratios as people do", () => {
    expect([1, 3.44, 9.94, 9.96, 217.4].map(formatRatio)).toEqual([
      "1.0×",
      "3.4×",
      "9.9×",
      "10×",
      "217×",
    ]);
  });
});

describe("the summary", () => {
  test("has the promised keys and adds up", () => {
    const summary = summarise(run([answered(A, 100), answered(A, 300), failed(B, "E_DNS")], 200));
    expect(Object.keys(summary)).toEqual([
      "inputs",
      "answered",
      "failed",
      "skipped",
      "requests",
      "retries",
      "bytes",
      "wallMs",
      "sequentialMs",
      "speedup",
      "maxInFlight",
      "hosts",
      "failures",
      "run",
    ]);
    expect(summary).toMatchObject({
      inputs: 3,
      answered: 2,
      wallMs: 200,
      sequentialMs: 400,
      speedup: 2,
      failures: { E_DNS: 1 },
      run: null,
    });
    expect(JSON.parse(formatSummary(summary))).toMatchObject({
      hosts: { "a.test": { requests: 2 } },
    });
  });

  test("takes no host's name for a property of objects", () => {
    const tally = createTally();
    count(tally, {
      type: "held",
      atMs: 0,
      host: "__proto__",
      forMs: 1,
      reason: "rate",
      status: undefined,
    });
    expect(Object.keys(summarise(tally).hosts)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["heldMs"]).toBeUndefined();
  });
});

import { describe, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { limitModelOf, type LimitModel, type Verdict } from "./limit-model.ts";

const WALL = 1_700_000_000_000;

function arrive(model: LimitModel, nowMs: number, serviceMs = 40): Verdict {
  return model.arrive({ nowMs, wallMs: WALL + nowMs, serviceMs });
}

/** Kinds of so many arrivals at one time. */
function kinds(model: LimitModel, nowMs: number, count: number): string {
  return Array.from({ length: count }, () => arrive(model, nowMs).kind[0]).join("");
}

/** Fields of the answer to one arrival, by name. */
function fields(model: LimitModel, nowMs: number): Readonly<Record<string, string>> {
  const verdict = arrive(model, nowMs);
  const list = verdict.kind === "dropped" ? [] : verdict.headers;
  const pairs = list.map((name, index): [string, string] => [name, list[index + 1] ?? ""]);
  return Object.fromEntries(pairs.filter((_, index) => index % 2 === 0));
}

describe("a server that limits", () => {
  test("a window lets in so many until the clock's next one", () => {
    const model = limitModelOf("window:3/1s");
    expect(kinds(model, 200, 5)).toBe("aaarr");
    expect(kinds(model, 999, 1)).toBe("r");
    expect(kinds(model, 1000, 5)).toBe("aaarr");
  });

  test("a sliding window lets in as many as are older than its length", () => {
    const model = limitModelOf("sliding:2/1s");
    expect(kinds(model, 0, 1) + kinds(model, 500, 2)).toBe("aar");
    expect(kinds(model, 1000, 2) + kinds(model, 1500, 2)).toBe("arar");
  });

  test("a bucket lets in its depth and then its rate", () => {
    const model = limitModelOf("bucket:10/s,burst=3");
    expect(kinds(model, 0, 5)).toBe("aaarr");
    expect(kinds(model, 100, 2) + kinds(model, 300, 3)).toBe("araar");
  });

  test("places are free again when answers are out", () => {
    const model = limitModelOf("places:2,status=503");
    expect(kinds(model, 0, 3)).toBe("aar");
    model.leave(40);
    expect(kinds(model, 40, 2)).toBe("ar");
    expect(arrive(model, 50)).toMatchObject({ kind: "refused", status: 503 });
  });

  test("workers let the others wait, and drop whoever is too many", () => {
    const model = limitModelOf("queue:1,drops=3");
    expect(arrive(model, 0)).toMatchObject({ kind: "accepted", forMs: 40 });
    expect(arrive(model, 0)).toMatchObject({ kind: "accepted", forMs: 80 });
    expect(arrive(model, 10)).toMatchObject({ kind: "accepted", forMs: 110 });
    expect(arrive(model, 10).kind).toBe("dropped");
  });

  test("past a knee everybody waits longer", () => {
    const model = limitModelOf("knee:2");
    arrive(model, 0);
    arrive(model, 0);
    expect(arrive(model, 0)).toMatchObject({ forMs: 60 });
  });

  test("a leaky bucket spaces what it takes and refuses what is over", () => {
    const model = limitModelOf("leaky:10/s,depth=1");
    expect(arrive(model, 0)).toMatchObject({ forMs: 40 });
    expect(arrive(model, 0)).toMatchObject({ forMs: 140 });
    expect(arrive(model, 0).kind).toBe("refused");
  });

  test("of two limits the narrower holds, and a refusal by one costs nothing at the other", () => {
    const model = limitModelOf("window:2/1s+window:3/1m");
    expect(kinds(model, 0, 3) + kinds(model, 1000, 2)).toBe("aarar");
  });

  test("a limit changes for a while, counted from the first arrival", () => {
    const model = limitModelOf("window:4/1s,share=0.5@2s-3s");
    expect(kinds(model, 5000, 5)).toBe("aaaar");
    expect(kinds(model, 7000, 5)).toBe("aarrr");
    expect(kinds(model, 8000, 5)).toBe("aaaar");
  });

  test("tells of itself in the fields that it is told to use", () => {
    expect(fields(limitModelOf("window:5/1s,headers=ietf"), 0)).toEqual({
      "ratelimit-policy": '"default";q=5;w=1',
      ratelimit: '"default";r=4;t=1',
    });
    expect(fields(limitModelOf("window:5/10s,headers=x"), 500)).toMatchObject({
      "x-ratelimit-remaining": "4",
      "x-ratelimit-reset": "10",
    });
    expect(fields(limitModelOf("window:5/10s,headers=x-epoch"), 500)).toMatchObject({
      "x-ratelimit-reset": String(WALL / 1000 + 10),
    });
    expect(fields(limitModelOf("window:5/1s,headers=x,lie=zero"), 0)).toMatchObject({
      "x-ratelimit-remaining": "0",
    });
  });

  test.each([
    ["seconds", "4"],
    ["date", "Tue, 14 Nov 2023 22:13:24 GMT"],
    ["rfc850", "Tuesday, 14-Nov-23 22:13:24 GMT"],
    ["asctime", "Tue Nov 14 22:13:24 2023"],
  ])("says when to come back as %s", (form, text) => {
    const model = limitModelOf(`bucket:1/4s,burst=1,retry-after=${form}`);
    arrive(model, 0);
    expect(fields(model, 500)["retry-after"]).toBe(text);
  });

  test("what is allowed is counted for judging", () => {
    expect(limitModelOf("bucket:10/s,burst=5").allowance(0, 10_000, 40)).toBeCloseTo(105);
    expect(limitModelOf("places:8").allowance(0, 1000, 50)).toBeCloseTo(160);
    expect(limitModelOf("unlimited").allowance(0, 1000, 50)).toBe(Infinity);
  });
});

test.each([
  ["buckt:20/s", /did you mean "bucket"/],
  ["bucket:20/s,busrt=3", /did you mean "burst"/],
  ["bucket:20", /not a rate/],
  ["places:0", /at least 1/],
  ["window:5/1s,headers=itef", /did you mean "ietf"/],
  ["window:5/1s,share=2@1s-2s", /not a share/],
])("%s is refused in a sentence", (text, message) => {
  expect(() => limitModelOf(text)).toThrow(UsageError);
  expect(() => limitModelOf(text)).toThrow(message);
});

import { expect, test } from "vitest";

import { readLimits } from "./rate-limit-headers.ts";

const WALL = { wallMs: Date.UTC(2026, 10, 21, 12, 0, 0) };
const NOTHING = {
  name: undefined,
  limit: undefined,
  remaining: undefined,
  resetMs: undefined,
  windowMs: undefined,
};

test("an answer without such fields says nothing", () => {
  expect(readLimits({ "content-type": "text/html", "x-rated": "1" }, WALL)).toBeUndefined();
});

test("the list of items of the current draft is read with its policies", () => {
  const headers = {
    ratelimit: '"burst";r=3;t=1, "daily";r=4999;t=3600',
    "ratelimit-policy": '"burst";q=10;w=1, "daily";q=5000;w=86400',
  };
  expect(readLimits(headers, WALL)).toEqual([
    { name: "burst", limit: 10, remaining: 3, resetMs: 1000, windowMs: 1000 },
    { name: "daily", limit: 5000, remaining: 4999, resetMs: 3_600_000, windowMs: 86_400_000 },
  ]);
});

test("the dictionary of an older draft is read", () => {
  const headers = { ratelimit: "limit=100, remaining=50, reset=5", "ratelimit-policy": "100;w=60" };
  expect(readLimits(headers, WALL)).toEqual([
    { name: undefined, limit: 100, remaining: 50, resetMs: 5000, windowMs: 60_000 },
  ]);
});

test("three fields of an older draft are read, the window in the limit's policy", () => {
  const headers = {
    "ratelimit-limit": "100, 100;w=60",
    "ratelimit-remaining": "7",
    "ratelimit-reset": "12",
  };
  expect(readLimits(headers, WALL)).toEqual([
    { name: undefined, limit: 100, remaining: 7, resetMs: 12_000, windowMs: 60_000 },
  ]);
});

test.each([
  ["seconds", "30", 30_000],
  ["an epoch in seconds", String(WALL.wallMs / 1000 + 90), 90_000],
  ["an epoch in milliseconds", String(WALL.wallMs + 1_500), 1_500],
  ["an ISO date", "2026-11-21T12:00:10Z", 10_000],
  ["an HTTP date", "Sat, 21 Nov 2026 12:01:00 GMT", 60_000],
  ["a span", "6m0.5s", 360_500],
  ["a span in milliseconds", "20ms", 20],
  ["a past time", "1000000001", 0],
])("a reset is %s", (_form, value, resetMs) => {
  const headers = {
    "x-ratelimit-limit": "60",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": value,
  };
  expect(readLimits(headers, WALL)).toEqual([{ ...NOTHING, limit: 60, remaining: 0, resetMs }]);
});

test("an epoch counts from the answer's own clock", () => {
  const headers = {
    date: "Sat, 21 Nov 2026 13:00:00 GMT",
    "x-rate-limit-limit": "60",
    "x-rate-limit-remaining": "1",
    "x-rate-limit-reset": String(WALL.wallMs / 1000 + 3_600 + 5),
  };
  expect(readLimits(headers, WALL)).toEqual([
    { ...NOTHING, limit: 60, remaining: 1, resetMs: 5_000 },
  ]);
});

test("windows that are named behind their fields are limits of their own", () => {
  const headers = {
    "x-ratelimit-limit-second": "5",
    "x-ratelimit-remaining-second": "4",
    "x-ratelimit-limit-hour": "1000",
    "x-ratelimit-remaining-hour": "998",
  };
  expect(readLimits(headers, WALL)).toEqual([
    { name: "second", limit: 5, remaining: 4, resetMs: undefined, windowMs: 1000 },
    { name: "hour", limit: 1000, remaining: 998, resetMs: undefined, windowMs: 3_600_000 },
  ]);
});

test.each([
  ["more left than allowed", { "x-ratelimit-limit": "5", "x-ratelimit-remaining": "50" }],
  ["nothing that is a number", { "x-ratelimit-limit": "lots", "x-ratelimit-remaining": "-1" }],
  ["a broken structured field", { ratelimit: '"a;r=1', "ratelimit-policy": "((" }],
  ["a negative count", { ratelimit: '"a";r=-1' }],
  ["a field of a megabyte", { ratelimit: '"a";r=1,'.repeat(125_000) }],
  ["a name like a property of objects", { "x-ratelimit-limit-constructor": "5" }],
])("%s says nothing", (_what, headers) => {
  expect(readLimits(headers, WALL)).toBeUndefined();
});

test("no more than eight limits of one answer are read", () => {
  const headers = { ratelimit: Array.from({ length: 50 }, (_, n) => `"l${n}";r=1`).join(", ") };
  expect(readLimits(headers, WALL)).toHaveLength(8);
});

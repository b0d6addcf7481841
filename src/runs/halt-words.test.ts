import { expect, test } from "vitest";

import { formatLocalTime } from "../report/local-time.ts";
import { haltWords } from "./halt-words.ts";

const HOST = "https://api.example.com";

test("a quota says when it is there again", () => {
  const untilWallMs = 13 * 3_600_000;
  expect(haltWords({ reason: "quota", host: HOST, untilWallMs }, 0)).toBe(
    `the quota of api.example.com is used up until ${formatLocalTime(untilWallMs)} (in 13 h); resume then, or --wait waits for it`,
  );
});

test("a host that refuses everything without a word says for how long it has", () => {
  expect(haltWords({ reason: "quota", host: HOST, refusedForMs: 600_000 })).toBe(
    "api.example.com has refused everything for 10 min and does not say for how long; resume later, or --wait goes on asking",
  );
});

test("a network that is gone says for how long, and what came last", () => {
  const last = "connection refused by 127.0.0.1:1";
  expect(haltWords({ reason: "network", host: HOST, forMs: 61_000, last })).toMatch(
    /^nothing has answered for 61\.0 s: connection refused by 127\.0\.0\.1:1$/,
  );
});

test("refusals say who refused, and what to check", () => {
  expect(haltWords({ reason: "refused", host: HOST, status: 403, times: 20 })).toMatch(
    /^20 answers in a row refuse authorisation \(403 by api\.example\.com\): check -u/,
  );
});

import { expect, test } from "vitest";

import { parseRetryAfter } from "./retry-after.ts";

const NOW = "Sun, 06 Nov 1994 08:49:37 GMT";
const nowMs = Date.UTC(1994, 10, 6, 8, 49, 37);

test("an absent field asks for nothing", () => {
  expect(parseRetryAfter(undefined, { nowMs })).toBeUndefined();
});

test("seconds become milliseconds, however many digits", () => {
  expect(parseRetryAfter("120", { nowMs })).toBe(120_000);
  expect(parseRetryAfter("9".repeat(400), { nowMs })).toBe(Number.MAX_SAFE_INTEGER);
});

test("a date counts from the reply's own Date, whatever our clock says", () => {
  const hourWrong = nowMs + 3_600_000;
  const value = "Sun, 06 Nov 1994 08:50:37 GMT";
  expect(parseRetryAfter(value, { nowMs: hourWrong, dateHeader: NOW })).toBe(60_000);
  expect(parseRetryAfter(value, { nowMs, dateHeader: undefined })).toBe(60_000);
  expect(parseRetryAfter(value, { nowMs, dateHeader: "no date" })).toBe(60_000);
});

test("seconds do not depend on any clock", () => {
  expect(parseRetryAfter("5", { nowMs: 0, dateHeader: NOW })).toBe(5000);
});

test("a no-break space is not whitespace of a field", () => {
  expect(parseRetryAfter("\u00a05", { nowMs })).toBeUndefined();
});

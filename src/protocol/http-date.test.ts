import { expect, test } from "vitest";

import { parseHttpDate } from "./http-date.ts";

const NOW_MS = Date.UTC(2026, 10, 21);

test("the three forms of a date name the same moment", () => {
  const moment = Date.UTC(1994, 10, 6, 8, 49, 37);
  expect(parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT", NOW_MS)).toBe(moment);
  expect(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT", NOW_MS)).toBe(moment);
  expect(parseHttpDate("Sun Nov  6 08:49:37 1994", NOW_MS)).toBe(moment);
});

test("a two-digit year more than 50 years ahead is of the past century", () => {
  expect(parseHttpDate("Friday, 01-Jan-76 00:00:00 GMT", NOW_MS)).toBe(Date.UTC(2076, 0, 1));
  expect(parseHttpDate("Saturday, 01-Jan-77 00:00:00 GMT", NOW_MS)).toBe(Date.UTC(1977, 0, 1));
});

test.each([
  "Sun, 31 Feb 1994 08:49:37 GMT",
  "Sun, 00 Nov 1994 08:49:37 GMT",
  "Sun, 06 Nov 1994 24:00:00 GMT",
  "Sun, 06 Nov 1994 08:60:00 GMT",
  "Sun, 06 Nov 1994 08:49:61 GMT",
  "sun, 06 nov 1994 08:49:37 gmt",
  "Sun, 6 Nov 1994 08:49:37 GMT",
  "Sun, 06 Nov 1994 08:49:37 UTC",
  "Sun, 06 Nov 1994 08:49:37 GMT ",
  "1994-11-06",
  "",
])("%j is no HTTP date", (text) => {
  expect(parseHttpDate(text, NOW_MS)).toBeUndefined();
});

test("a leap day and a leap second are dates; the years 0 to 99 stay what they are", () => {
  expect(parseHttpDate("Thu, 29 Feb 2024 23:59:60 GMT", NOW_MS)).toBe(Date.UTC(2024, 2, 1));
  expect(parseHttpDate("Thu, 01 Jan 0050 00:00:00 GMT", NOW_MS)).toBeLessThan(Date.UTC(1000, 0, 1));
});

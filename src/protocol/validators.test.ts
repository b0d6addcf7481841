import { expect, test } from "vitest";

import { conditionalHeaders, isOfSame, validatorsOf } from "./validators.ts";

const NOW = Date.UTC(2026, 10, 21);
const DATE = "Sat, 21 Nov 2026 00:00:00 GMT";
const SOON = "Fri, 20 Nov 2026 23:59:59 GMT";

test.each([
  ["a strong tag", { etag: '"a"' }, ["if-none-match", '"a"']],
  ["a weak tag", { etag: 'W/"a"' }, ["if-none-match", 'W/"a"']],
  ["a settled date", { "last-modified": SOON, date: DATE }, ["if-modified-since", SOON]],
  [
    "both",
    { etag: '"a"', "last-modified": SOON, date: DATE },
    ["if-none-match", '"a"', "if-modified-since", SOON],
  ],
  [
    "a tag beside a date of this second",
    { etag: '"a"', "last-modified": DATE, date: DATE },
    ["if-none-match", '"a"'],
  ],
])("an answer with %s is asked for again by it", (_what, headers, fields) => {
  expect(conditionalHeaders(validatorsOf(headers, NOW)!)).toEqual(fields);
});

test.each([
  ["nothing", {}],
  ["a tag without quotes", { etag: "a" }],
  ["two tags", { etag: ['"a"', '"b"'] }],
  ["control bytes in a tag", { etag: '"a\r\nx: y"' }],
  ["a date of this second", { "last-modified": DATE, date: DATE }],
  ["a date without the time of the answer", { "last-modified": SOON }],
  ["a date that is none", { "last-modified": "yesterday", date: DATE }],
])("an answer with %s cannot be asked about", (_what, headers) => {
  expect(validatorsOf(headers, NOW)).toBeUndefined();
});

test("a 304 speaks of the answer unless it names another tag", () => {
  const asked = { etag: '"a"' };
  expect(isOfSame({}, asked)).toBe(true);
  expect(isOfSame({ etag: 'W/"a"' }, asked)).toBe(true);
  expect(isOfSame({ etag: '"b"' }, asked)).toBe(false);
  expect(isOfSame({ etag: '"b"' }, { lastModified: SOON })).toBe(true);
});

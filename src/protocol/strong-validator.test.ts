import { expect, test } from "vitest";

import { strongValidator } from "./strong-validator.ts";

const DATE = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
const nowMs = Date.UTC(1994, 10, 6, 8, 50);

test("a strong tag names the bytes, a weak or malformed one does not, whatever the date says", () => {
  expect(strongValidator({ etag: ' "a-1" ' }, nowMs)).toBe('"a-1"');
  for (const etag of ['W/"a"', "a", '"a', '"a b"', '"a", "b"', ""]) {
    const headers = { etag, "last-modified": BEFORE, date: DATE };
    expect(strongValidator(headers, nowMs), etag).toBeUndefined();
  }
});

test("a date of change does once a second has passed by the server's own clock", () => {
  expect(strongValidator({ "last-modified": BEFORE, date: DATE }, nowMs)).toBe(BEFORE);
  expect(strongValidator({ "last-modified": DATE, date: DATE }, nowMs)).toBeUndefined();
  expect(strongValidator({ "last-modified": BEFORE }, nowMs)).toBeUndefined();
  expect(strongValidator({ "last-modified": "yesterday", date: DATE }, nowMs)).toBeUndefined();
  expect(strongValidator({ "last-modified": BEFORE, date: "now" }, nowMs)).toBeUndefined();
});

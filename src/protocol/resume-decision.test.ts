import { expect, test } from "vitest";

import { decideResume } from "./resume-decision.ts";

const PARTIAL = { bytes: 2_000, validator: '"a"', total: 5_000 };
const FIRST = 976;

function decide(status: number, headers: Readonly<Record<string, string>>, partial = PARTIAL) {
  const decision = decideResume(partial, FIRST, { status, headers });
  return decision.action === "restart" ? decision.reason : decision.action;
}

test("a 206 of the range asked for goes on, whole or not", () => {
  const headers = { "content-range": "bytes 976-4999/5000", etag: '"a"' };
  expect(decideResume(PARTIAL, FIRST, { status: 206, headers })).toEqual({
    action: "continue",
    first: 976,
    overlapBytes: 1_024,
    end: 5_000,
    total: 5_000,
  });
  const shorter = { "content-range": "bytes 976-2999/*" };
  expect(decideResume(PARTIAL, FIRST, { status: 206, headers: shorter })).toMatchObject({
    action: "continue",
    end: 3_000,
    total: 5_000,
  });
});

test.each([
  ["of another beginning", { "content-range": "bytes 0-4999/5000" }, "other range"],
  ["of what is there already", { "content-range": "bytes 976-1999/5000" }, "other range"],
  ["of less than is there", { "content-range": "bytes 976-1000/1001" }, "other range"],
  ["of another total", { "content-range": "bytes 976-5999/6000" }, "other total"],
  ["of another tag", { "content-range": "bytes 976-4999/5000", etag: '"b"' }, "changed"],
  ["of a weak tag", { "content-range": "bytes 976-4999/5000", etag: 'W/"a"' }, "changed"],
  ["without a range", {}, "no range"],
  ["of many ranges", { "content-type": "multipart/byteranges; boundary=x" }, "no range"],
  [
    "with a coding",
    { "content-range": "bytes 976-4999/5000", "content-encoding": "gzip" },
    "content coding",
  ],
])("a 206 %s is not joined to what was there", (_case, headers, reason) => {
  expect(decide(206, headers as Record<string, string>)).toBe(reason);
});

test("a 206 that repeats the end of a whole file ends it", () => {
  const whole = { bytes: 2_000, validator: '"a"', total: undefined };
  const headers = { "content-range": "bytes 976-1999/2000" };
  expect(decideResume(whole as never, FIRST, { status: 206, headers })).toMatchObject({
    action: "continue",
    end: 2_000,
    total: 2_000,
  });
});

test("another date of change is another file where that is the validator", () => {
  const partial = { ...PARTIAL, validator: "Sun, 06 Nov 1994 08:49:37 GMT" };
  const range = { "content-range": "bytes 976-4999/5000" };
  expect(decide(206, { ...range, "last-modified": partial.validator }, partial)).toBe("continue");
  expect(decide(206, { ...range, "last-modified": "later" }, partial)).toBe("changed");
});

test("a 416 means done where its total is what there is, else a new beginning", () => {
  const whole = { ...PARTIAL, total: 2_000 };
  expect(decide(416, { "content-range": "bytes */2000" }, whole)).toBe("done");
  expect(decide(416, { "content-range": "bytes */2000" })).toBe("other total");
  expect(decide(416, { "content-range": "bytes */1000" })).toBe("other total");
  expect(decide(416, { "content-range": "bytes */2000", etag: '"b"' }, whole)).toBe("changed");
  expect(decide(416, {})).toBe("no range");
});

test("a 200 is the whole file, any other status no answer", () => {
  expect(decide(200, { etag: '"b"' })).toBe("replace");
  for (const status of [204, 302, 304, 404, 412, 429, 500]) expect(decide(status, {})).toBe("fail");
});

import { expect, test } from "vitest";

import { OVERLAP_BYTES, partialFile, resumeRequest } from "./resume-request.ts";

test("the rest is asked for on condition, without coding, its last known bytes again", () => {
  expect(resumeRequest({ bytes: 5_000, validator: '"a"', total: undefined })).toEqual({
    first: 5_000 - OVERLAP_BYTES,
    headers: ["range", "bytes=3976-", "if-range", '"a"', "accept-encoding", "identity"],
  });
});

test("of a short beginning all is asked for again", () => {
  const request = resumeRequest({ bytes: 10, validator: '"a"', total: 20 });
  expect(request?.headers.slice(0, 2)).toEqual(["range", "bytes=0-"]);
});

test("nothing, and what no validator names, is not gone on with", () => {
  expect(resumeRequest({ bytes: 0, validator: '"a"', total: 20 })).toBeUndefined();
  expect(resumeRequest({ bytes: 10, validator: undefined, total: 20 })).toBeUndefined();
});

test("what the head of an answer tells of a beginning", () => {
  const head = (headers: Readonly<Record<string, string>>) =>
    partialFile(7, { headers, nowMs: Date.UTC(2026, 0, 1) });
  expect(head({ etag: '"a"', "content-length": "20" })).toEqual({
    bytes: 7,
    validator: '"a"',
    total: 20,
  });
  expect(head({ etag: '"a"', "content-encoding": "identity" }).validator).toBe('"a"');
  expect(head({ etag: '"a"', "content-length": "20, 20" }).total).toBeUndefined();
  expect(head({ etag: '"a"', "content-length": "20", "content-encoding": "gzip" })).toEqual({
    bytes: 7,
    validator: undefined,
    total: undefined,
  });
});

import { expect, test } from "vitest";

import { OVERLAP_BYTES, resumeRequest } from "./resume-request.ts";

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

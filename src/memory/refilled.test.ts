import { expect, test } from "vitest";

import type { LimitProfile } from "../policy/limit-profile.ts";
import { refilled } from "./refilled.ts";

const BUCKET: LimitProfile = {
  rate: 10,
  burst: 50,
  concurrency: undefined,
  latencyMs: 20,
  evidence: ["refusals"],
  detail: {},
};

test("a burst fills at the rate since the last request, up to what it was", () => {
  expect(refilled(BUCKET, 0).burst).toBeUndefined();
  expect(refilled(BUCKET, 1_550).burst).toBe(15);
  expect(refilled(BUCKET, 5_000)).toBe(BUCKET);
  expect(refilled(BUCKET, 90 * 86_400_000)).toBe(BUCKET);
});

test("a clock that was set back since has filled nothing", () => {
  expect(refilled(BUCKET, -60_000).burst).toBeUndefined();
});

test("a profile without a burst or a rate stays as it is", () => {
  for (const profile of [
    { ...BUCKET, burst: undefined },
    { ...BUCKET, rate: undefined },
  ]) {
    expect(refilled(profile, 0)).toBe(profile);
  }
});

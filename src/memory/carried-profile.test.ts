import { expect, test } from "vitest";

import type { LimitProfile } from "../policy/limit-profile.ts";
import { createRateLearner } from "../policy/rate-learner.ts";
import { carriedProfile } from "./carried-profile.ts";

const LEARNED: LimitProfile = {
  rate: 20,
  burst: undefined,
  concurrency: undefined,
  latencyMs: 50,
  evidence: ["refusals"],
  detail: {},
};
const DECLARED: LimitProfile = { ...LEARNED, concurrency: 8, evidence: ["declared"] };

/** What a learner tells that began with a profile and met no limit in a few requests. */
function afterShortRun(profile: LimitProfile): LimitProfile {
  const learner = createRateLearner({ most: 256, profile });
  let nowMs = 0;
  for (let sent = 0; sent < 30; sent += 1) {
    nowMs = Math.max(nowMs, learner.nextAt(nowMs));
    const departure = learner.depart(nowMs);
    nowMs += 50;
    learner.land(departure, { nowMs, kind: "accepted", latencyMs: 50 });
  }
  return learner.profile();
}

test("many short runs without a refusal leave a remembered rate where it was", () => {
  let profile = LEARNED;
  for (let run = 0; run < 20; run += 1)
    profile = carriedProfile(profile, afterShortRun(profile), 0);
  expect(profile.rate).toBeGreaterThanOrEqual(20);
});

test("what the user declared stays and stays the user's until something is refused", () => {
  let profile = DECLARED;
  for (let run = 0; run < 5; run += 1) profile = carriedProfile(profile, afterShortRun(profile), 0);
  expect(profile).toMatchObject({ concurrency: 8, evidence: ["declared"] });
  expect(profile.rate).toBeGreaterThanOrEqual(20);
  const told = { ...LEARNED, rate: 12 };
  expect(carriedProfile(profile, told, 3)).toBe(told);
});

test("a rate that was found to be higher, much lower or none at all is told as it is", () => {
  for (const rate of [25, 12, undefined]) {
    expect(carriedProfile(LEARNED, { ...LEARNED, rate }, 0).rate).toBe(rate);
  }
  const nothing = { ...LEARNED, rate: undefined, evidence: [] };
  expect(carriedProfile(DECLARED, nothing, 0)).toMatchObject({ rate: 20, evidence: ["declared"] });
  expect(carriedProfile(undefined, LEARNED, 0)).toBe(LEARNED);
});

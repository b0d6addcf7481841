import { describe, expect, test } from "vitest";

import type { LimitReading } from "../../src/core/limit-reading.ts";
import type { LimitProfile } from "../../src/policy/limit-profile.ts";
import { createRateLearner, type RateLearner } from "../../src/policy/rate-learner.ts";
import { limitModelOf } from "../../src/rehearsal/limit-model.ts";
import { seededChance } from "./chance.ts";
import { judge } from "./judge.ts";
import { RIVALS } from "./rivals.ts";
import { simulate } from "./simulate.ts";

function fresh(profile?: LimitProfile) {
  return createRateLearner({ most: 256, profile });
}

/** Times of all departures. */
function departures(spec: string, seed: number): readonly number[] {
  const times: number[] = [];
  const onDepart = (nowMs: number): unknown => times.push(nowMs);
  simulate({ client: fresh(), model: limitModelOf(spec), seed, forMs: 5000, onDepart });
  return times;
}

test("the same seed gives the same departures, another seed others", () => {
  expect(departures("bucket:100/s", 3)).toEqual(departures("bucket:100/s", 3));
  expect(departures("bucket:100/s", 3)).not.toEqual(departures("bucket:100/s", 4));
});

/** When requests leave while none lands any more. */
function departuresInSilence(learner: RateLearner, fromMs: number): readonly number[] {
  const times: number[] = [];
  for (let nowMs = fromMs; nowMs < Infinity;) {
    const atMs = learner.nextAt(nowMs);
    if (atMs > nowMs) {
      nowMs = atMs;
      continue;
    }
    learner.depart(nowMs);
    times.push(nowMs);
  }
  return times;
}

test("the first six requests to a fresh host leave at once; where nothing is heard more follow, 20 in a second, to 30", () => {
  const learner = fresh();
  const times = departuresInSilence(learner, 0);
  const more = Array.from({ length: 24 }, (_, at) => 50 * (at + 1));
  expect(times).toEqual([0, 0, 0, 0, 0, 0, ...more]);
});

test("a host that was to be asked gently, one that refused, and one that came back hear no more in silence", () => {
  const gently = createRateLearner({ most: 256, first: 2 });
  gently.depart(0);
  gently.depart(0);
  expect(gently.nextAt(0)).toBe(Infinity);
  for (const spoil of ["a refusal", "an outage"] as const) {
    const learner = fresh();
    const out = Array.from({ length: 6 }, () => learner.depart(0));
    if (spoil === "an outage") learner.restart(10);
    else learner.land(out.pop()!, { nowMs: 10, kind: "refused", latencyMs: 10 });
    departuresInSilence(learner, 10);
    expect(learner.inFlight).toBeLessThanOrEqual(6);
  }
});

test.each(["window:50/1s,retry-after", "places:8,retry-after=date", "bucket:20/s,retry-after"])(
  "%s: nobody leaves before the time that a refusal named",
  (spec) => {
    const client = fresh();
    const early: number[] = [];
    let untilMs = 0;
    const watched = {
      ...wrap(client),
      land(...[departure, landing]: Parameters<typeof client.land>) {
        if (landing.retryAfterMs !== undefined) {
          untilMs = Math.max(untilMs, landing.nowMs + landing.retryAfterMs);
        }
        client.land(departure, landing);
      },
      depart(nowMs: number) {
        if (nowMs < untilMs) early.push(nowMs);
        return client.depart(nowMs);
      },
    };
    const seen = simulate({ client: watched, model: limitModelOf(spec), seed: 1, forMs: 20_000 });
    expect(seen.refusedAt.length).toBeGreaterThan(0);
    expect(early).toEqual([]);
  },
);

test.each(["unlimited", "queue:200", "places:64"])(
  "%s: never more under way than allowed",
  (spec) => {
    const client = createRateLearner({ most: 40 });
    const seen = simulate({ client, model: limitModelOf(spec), seed: 2, forMs: 4000 });
    expect(Math.max(...seen.inFlight)).toBe(40);
  },
);

test("every row of a finite list is answered, whatever the server drops or refuses", () => {
  for (const spec of ["places:3,status=503", "queue:4,drops=10", "bucket:20/s", "window:30/5s"]) {
    const model = limitModelOf(spec);
    const seen = simulate({ client: fresh(), model, seed: 5, forMs: 600_000, rows: 400 });
    expect({ spec, answered: seen.answered, lost: seen.lost }).toEqual({
      spec,
      answered: 400,
      lost: 0,
    });
  }
});

test("five hundred requests without a limit take at most ten round trips", () => {
  const model = limitModelOf("unlimited");
  const seen = simulate({ client: fresh(), model, seed: 1, forMs: 60_000, rows: 500 });
  expect(seen.lastLandedMs).toBeLessThanOrEqual(500);
});

test("latency that doubles without load keeps 95 % of what then goes", () => {
  const judged = judge("unlimited", fresh(), 4, {
    forMs: 15_000,
    slower: (nowMs) => (nowMs < 5000 ? 1 : 2),
  });
  // Ten of fifteen seconds at half the speed: two thirds are possible.
  expect(judged.early).toBeGreaterThan(0.95 * (2 / 3));
});

test("a machine that is busy itself neither grows nor takes its own slowness for a queue", () => {
  const learner = fresh();
  let nowMs = 0;
  for (let round = 0; round < 50; round += 1) {
    const flights = [];
    while (learner.nextAt(nowMs) <= nowMs) flights.push(learner.depart(nowMs));
    nowMs += 50 + 20 * round;
    for (const flight of flights) {
      learner.land(flight, { nowMs, kind: "accepted", latencyMs: nowMs - flight.atMs, ownLoad: 1 });
    }
  }
  expect(learner.limits.concurrency).toBe(6);
});

describe("what a server tells", () => {
  test("holds nobody longer than the reset that it names, however it lies", () => {
    const random = seededChance(99);
    for (let run = 0; run < 200; run += 1) {
      const learner = fresh();
      let nowMs = 0;
      let longestMs = 0;
      for (let step = 0; step < 20; step += 1) {
        const at = learner.nextAt(nowMs);
        expect(at - nowMs).toBeLessThanOrEqual(longestMs);
        nowMs = Math.max(nowMs, at);
        const flight = learner.depart(nowMs);
        nowMs += 10;
        const limit = Math.floor(random() * 20);
        const reading: LimitReading = {
          name: random() < 0.3 ? "other" : undefined,
          limit,
          remaining: Math.floor(random() * (limit + 2)),
          resetMs: Math.floor(random() * 60) * 1000,
          windowMs: random() < 0.5 ? undefined : Math.floor(random() * 100_000),
        };
        longestMs = Math.max(longestMs, reading.resetMs!, reading.windowMs ?? 0);
        const landing = { nowMs, kind: "accepted", latencyMs: 10, readings: [reading] } as const;
        learner.land(flight, landing);
      }
    }
  });
});

describe("a remembered profile", () => {
  const SERVERS = [
    ["bucket:20/s", 50],
    ["bucket:20/s,burst=200", 50],
    ["bucket:100/s", 50],
    ["bucket:7/s,burst=30", 800],
    ["window:50/1s,headers=ietf", 50],
    ["places:8", 50],
    ["places:8,retry-after", 50],
    ["places:5", 400],
    ["places:12", 1000],
    ["queue:20", 50],
    ["bucket:10/s+sliding:100/60s", 50],
  ] as const;

  test.each(SERVERS)("%s at %i ms: 95 % from the beginning, half a percent refused", (...at) => {
    const [spec, roundTripMs] = at;
    for (const seed of [11, 12]) {
      const first = fresh();
      judge(spec, first, seed, { roundTripMs });
      const profile = JSON.parse(JSON.stringify(first.profile())) as LimitProfile;
      const again = judge(spec, fresh(profile), seed + 50, { forMs: 15_000, roundTripMs });
      expect(again.early).toBeGreaterThanOrEqual(0.95);
      expect(again.refused).toBeLessThanOrEqual(0.005);
    }
  });

  test("numbers of any kind in it do no harm", () => {
    for (const number of [-1, 0, Number.NaN, Infinity, 1e300, 1e-300]) {
      const profile: LimitProfile = {
        rate: number,
        burst: number,
        concurrency: number,
        latencyMs: number,
        evidence: [],
        detail: { limit: number, windowSize: number, windowMs: number, dearMs: number },
      };
      const model = limitModelOf("places:8");
      const seen = simulate({ client: fresh(profile), model, seed: 1, forMs: 60_000, rows: 20 });
      expect(seen.answered).toBe(20);
    }
  });
});

test("a declared number is used at once, and never passed where it is the most", () => {
  const client = createRateLearner({ most: 32, start: 32 });
  const seen = simulate({ client, model: limitModelOf("unlimited"), seed: 1, forMs: 3000 });
  expect(seen.inFlight.slice(0, 32)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
  expect(Math.max(...seen.inFlight)).toBe(32);
});

test.each(RIVALS)(
  "$name gets less, or is refused ten times as often, at a bucket of depth 1",
  (rival) => {
    const spec = "bucket:100/s,burst=1";
    const own = judge(spec, fresh(), 11);
    const other = judge(spec, rival.create(), 11, { hasty: rival.hasty });
    expect(other.whole < own.whole || other.refused > 10 * own.refused).toBe(true);
  },
);

/** The methods of a learner, bound, to be overridden one by one. */
function wrap(learner: ReturnType<typeof fresh>) {
  return {
    nextAt: (nowMs: number) => learner.nextAt(nowMs),
    restart: (nowMs: number) => learner.restart(nowMs),
    profile: () => learner.profile(),
    get limits() {
      return learner.limits;
    },
    get inFlight() {
      return learner.inFlight;
    },
  };
}

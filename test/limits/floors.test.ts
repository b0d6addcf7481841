import { expect, test } from "vitest";

import { createRateLearner } from "../../src/policy/rate-learner.ts";
import { judge, type Judged } from "./judge.ts";
import { SERVER_MODELS } from "./server-models.ts";

const SEEDS = [11, 12, 13, 14, 15];

/** Accepted of what is allowed over 15 s and over 60 s, and at most refused in 15 s and in 60 s; percent. */
type Floor = readonly [early: number, whole: number, refusedEarly: number, refused: number];

/** Some five below what is measured; the heavy ones are played for 15 s only. */
const FLOORS: Readonly<Record<string, Floor>> = {
  "bucket 2/s, depth 2": [92, 94, 20, 7.5],
  "bucket 20/s, depth 20": [94, 95, 3.4, 1.3],
  "bucket 100/s, depth 100": [95, 95, 1.4, 0.6],
  "bucket 1000/s, depth 1000": [95, 95, 0.52, 0.16],
  "bucket 20/s, depth 200": [95, 95, 7, 3.2],
  "bucket 100/s, depth 1": [76, 79, 1.2, 0.6],
  "bucket 100/s, depth 1, Retry-After": [47, 70, 1.4, 0.4],
  "window 50 in 1 s": [92, 92, 2.4, 0.9],
  "window 50 in 1 s, Retry-After": [87, 88, 2.6, 0.8],
  "window 50 in 1 s, X- fields": [95, 95, 0.4, 0.2],
  "window 50 in 1 s, RateLimit": [95, 95, 0.1, 0.1],
  "window 1200 in 60 s": [85, 95, 7, 4.5],
  "window 1200 in 60 s, X- fields": [95, 95, 0.5, 0.5],
  "sliding 50 in 1 s": [89, 90, 2.6, 0.9],
  "8 places": [90, 94, 1, 0.3],
  "8 places, Retry-After": [84, 91, 0.4, 0.2],
  "64 places": [102, 104, 0.4, 0.2],
  "queue of 20 workers": [97, 0, 0, 0],
  "queue of 20, drops past 40": [95, 0, 0.1, 0.1],
  "bucket 100/s halves 20–40 s": [95, 95, 1.4, 1],
  unlimited: [95, 0, 0, 0],
  "24 places": [94, 96, 0.6, 0.3],
  "window 150 in 5 s": [98, 95, 9, 4],
  "bucket 200/s falls to 50, 15–35 s": [95, 94, 1.6, 1],
  "lying fields, static": [92, 91, 3.4, 1.2],
  "lying fields, zero": [92, 91, 3.4, 1.2],
  "lying fields, tenfold": [94, 93, 3.4, 1.2],
  "bucket 100/s drifts to half": [95, 88, 3, 1.6],
  "10/s and 100 in a minute": [95, 95, 22, 28],
  "leaky 50/s, 10 wait": [93, 95, 1, 0.4],
  "16 places shrink to 8, 20–40 s": [90, 85, 1, 0.8],
  "noise 0.2 %": [90, 0, 0.3, 0.3],
  "noise 0.2 %, bucket 100/s": [94, 95, 1.4, 0.7],
  "knee at 30": [94, 0, 0, 0],
  "3 places, 503": [92, 94, 2, 0.6],
  "sliding 300 in 10 s, 200 ms": [125, 92, 8, 3.6],
  "bucket 7/s, depth 30, 800 ms": [92, 94, 11, 4],
  "12 places, 1 s": [96, 95, 9, 3],
  "bucket 40/s, depth 10, 120 ms": [90, 91, 4.5, 1.8],
  "window 500 in 20 s, 80 ms": [85, 110, 11, 5],
  "5 places, 400 ms": [95, 95, 6, 2.2],
};

test.each(SERVER_MODELS)("$name: most of what is allowed, few refusals, none lost", (row) => {
  const [early, whole, refusedEarly, refused] = FLOORS[row.name]!;
  const forMs = whole === 0 ? 15_000 : 60_000;
  const all = SEEDS.map((seed) =>
    judge(row.spec, fresh(), seed, { forMs, roundTripMs: row.roundTripMs }),
  );
  const mean = (of: (judged: Judged) => number): number =>
    (100 * all.reduce((sum, judged) => sum + of(judged), 0)) / SEEDS.length;
  expect(mean(({ early: share }) => share)).toBeGreaterThanOrEqual(early);
  expect(mean(({ whole: share }) => share)).toBeGreaterThanOrEqual(whole);
  expect(mean((judged) => judged.refusedEarly)).toBeLessThanOrEqual(refusedEarly);
  expect(mean((judged) => judged.refused)).toBeLessThanOrEqual(refused);
  expect(all.map(({ lost }) => lost)).toEqual(SEEDS.map(() => 0));
});

test("every server of the table has a floor, and every floor a server", () => {
  expect(Object.keys(FLOORS).toSorted()).toEqual(SERVER_MODELS.map(({ name }) => name).toSorted());
});

function fresh() {
  return createRateLearner({ most: 256 });
}

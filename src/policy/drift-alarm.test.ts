import { describe, expect, test } from "vitest";

import { createDriftAlarm, type DriftSample } from "./drift-alarm.ts";

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Source = (random: () => number) => DriftSample;

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const logNormal = (random: () => number, median: number, sigma: number): number =>
  Math.round(median * Math.exp(sigma * normal(random)));

/** What real APIs answer with, roughly. */
const SOURCES: readonly (readonly [string, Source])[] = [
  [
    "one shape, sizes that hardly vary",
    (random) => ({ shape: "{a}", bytes: 300 + Math.floor(random() * 40) }),
  ],
  [
    "one shape, sizes over three decades",
    (random) => ({ shape: "{a}", bytes: logNormal(random, 2_000, 1.5) }),
  ],
  [
    "a tenth is an empty list",
    (random) =>
      random() < 0.1
        ? { shape: "{list:[]}", bytes: 60 }
        : { shape: "{list:[x]}", bytes: logNormal(random, 900, 0.6) },
  ],
  [
    "some forty shapes, most of them rare",
    (random) => ({
      shape: `s${Math.floor(40 * random() ** 3)}`,
      bytes: logNormal(random, 1_500, 0.8),
    }),
  ],
  [
    "every answer has a shape of its own",
    (random) => ({ shape: `s${random()}`, bytes: logNormal(random, 1_500, 0.8) }),
  ],
];

/** Answers after `usual` ones until the alarm, or undefined where there is none within `most`. */
function answersToAlarm({
  usual,
  then,
  seed = 7,
  most = 2_000,
}: {
  usual: Source;
  then: Source;
  seed?: number;
  most?: number;
}): number | undefined {
  const alarm = createDriftAlarm();
  const random = seeded(seed);
  for (let count = 0; count < 3_000; count += 1) alarm.observe(usual(random));
  for (let count = 1; count <= most; count += 1) {
    if (alarm.observe(then(random)) !== undefined) return count;
  }
  return undefined;
}

describe("false alarms", () => {
  test.each(SOURCES)("%s: none in 200,000 answers", (_name, source) => {
    let alarms = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const alarm = createDriftAlarm();
      const random = seeded(seed);
      for (let count = 0; count < 5_000; count += 1) {
        if (alarm.observe(source(random)) === undefined) continue;
        alarms += 1;
        break;
      }
    }
    expect(alarms).toBe(0);
  });

  test("answers that grow with the numbers that they are asked for are none", () => {
    const alarm = createDriftAlarm();
    let alarms = 0;
    for (let id = 0; id < 30_000; id += 1) {
      const bytes = JSON.stringify({ id, name: `name of ${id}` }).length;
      if (alarm.observe({ shape: "{id,name}", bytes }) !== undefined) alarms += 1;
    }
    expect(alarms).toBe(0);
  });

  test("a handful of odd answers is none", () => {
    const alarm = createDriftAlarm();
    const random = seeded(3);
    let alarms = 0;
    for (let count = 0; count < 20_000; count += 1) {
      const isOdd = count % 1_000 < 3 && count > 500;
      const drift = alarm.observe(isOdd ? { shape: "{error}", bytes: 40 } : SOURCES[1]![1](random));
      if (drift !== undefined) alarms += 1;
    }
    expect(alarms).toBe(0);
  });
});

describe("alarms", () => {
  const login: Source = () => ({ shape: "html login", bytes: 4_321 });
  const empty: Source = () => ({ shape: "{list:[]}", bytes: 60 });

  test.each(SOURCES)("%s: a login page is noticed within 60 answers", (_name, usual) => {
    const most = [1, 2, 3, 4, 5].map(
      (seed) => answersToAlarm({ usual, then: login, seed }) ?? Infinity,
    );
    expect(Math.max(...most)).toBeLessThanOrEqual(60);
  });

  test("lists that are empty from now on are noticed where a tenth of them always was", () => {
    expect(answersToAlarm({ usual: SOURCES[2]![1], then: empty })).toBeLessThanOrEqual(60);
  });

  test("so is every other list", () => {
    const half: Source = (random) => (random() < 0.5 ? empty(random) : SOURCES[2]![1](random));
    expect(answersToAlarm({ usual: SOURCES[2]![1], then: half })).toBeLessThanOrEqual(400);
  });

  test("it says what has become frequent, how frequent, and when it is over", () => {
    const alarm = createDriftAlarm();
    const random = seeded(1);
    const usual = SOURCES[2]![1];
    for (let count = 0; count < 1_000; count += 1) alarm.observe(usual(random));
    for (let count = 0; count < 99; count += 1) alarm.observe(login(random));
    const drift = alarm.observe(login(random))!;
    expect(drift).toMatchObject({ isOdd: true, shape: "another shape" });
    expect(drift.share).toBeGreaterThan(0.9);
    expect(drift.usualShare).toBeLessThan(0.01);
    expect(alarm.observe(usual(random))).toMatchObject({ isOdd: false });
    for (let count = 0; count < 300; count += 1) alarm.observe(usual(random));
    expect(alarm.observe(usual(random))).toBeUndefined();
  });
});

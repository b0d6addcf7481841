import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { QuestionHash, type HashSeed } from "./question-hash.ts";

function hashOf(question: string, seed: HashSeed = [1, 2], seasoning?: string): string {
  const hash = new QuestionHash(seed);
  if (seasoning !== undefined) hash.season(seasoning);
  hash.take(question);
  return `${hash.high} ${hash.low}`;
}

describe("the hash of a question", () => {
  test("is the same for the same seed, whatever was hashed before", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer(), fc.integer(), (a, b, high, low) => {
        const hash = new QuestionHash([high, low]);
        hash.take(b);
        hash.take(a);
        expect(`${hash.high} ${hash.low}`).toBe(hashOf(a, [high, low]));
      }),
    );
  });

  test("does not change from one release to the next, for archives outlive them", () => {
    expect(hashOf("http://a.example/?name=anna", [0x12345678, -1])).toBe("-875081794 503341304");
  });

  test("is told apart by each half of the seed and by what seasons it", () => {
    const all = [hashOf("q"), hashOf("q", [1, 3]), hashOf("q", [2, 2]), hashOf("q", [1, 2], "x")];
    const halves = all.flatMap((text) => text.split(" "));
    expect(new Set(all).size).toBe(4);
    // Each half of the seed is a lane of its own.
    expect(new Set(halves).size).toBe(6);
  });

  test("of a hundred thousand like questions none meet, and each lane's low bits are even", () => {
    const hash = new QuestionHash([7, 11]);
    const seen = new Set<string>();
    const buckets = [new Uint32Array(64), new Uint32Array(64)];
    for (let index = 0; index < 100_000; index += 1) {
      hash.take(`http://a.example/people/${index}?country=DE`);
      seen.add(`${hash.high} ${hash.low}`);
      buckets[0]![hash.high & 63]! += 1;
      buckets[1]![hash.low & 63]! += 1;
    }
    expect(seen.size).toBe(100_000);
    for (const lane of buckets) {
      expect(Math.max(...lane)).toBeLessThan(1_900);
      expect(Math.min(...lane)).toBeGreaterThan(1_250);
    }
  });
});

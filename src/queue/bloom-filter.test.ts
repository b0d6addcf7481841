import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { QuestionHash } from "../middleware/question-hash.ts";
import { BloomFilter } from "./bloom-filter.ts";

/** Adds `count` questions; gives how many of as many others it takes for one of them. */
function falseAlarms(filter: BloomFilter, count: number): number {
  const hash = new QuestionHash([17, 19]);
  for (let index = 0; index < count; index += 1) {
    hash.take(`http://a.example/${index}`);
    filter.add(hash.high, hash.low);
  }
  let alarms = 0;
  for (let index = 0; index < count; index += 1) {
    hash.take(`http://a.example/${index}`);
    if (!filter.mayHave(hash.high, hash.low)) throw new Error(`denies ${index}`);
    hash.take(`http://b.example/${index}`);
    if (filter.mayHave(hash.high, hash.low)) alarms += 1;
  }
  return alarms;
}

describe("a Bloom filter", () => {
  test("never denies a hash that was added, one by one or many at once", () => {
    const hashes = fc.int32Array({ maxLength: 600 }).filter((all) => all.length % 2 === 0);
    fc.assert(
      fc.property(hashes, fc.integer({ min: 1, max: 200 }), (all, expectedKeys) => {
        const one = new BloomFilter({ expectedKeys, mostBytes: 2_048 });
        const many = new BloomFilter({ expectedKeys });
        many.addAll(all);
        for (let index = 0; index < all.length; index += 2) one.add(all[index]!, all[index + 1]!);
        for (let index = 0; index < all.length; index += 2) {
          expect(one.mayHave(all[index]!, all[index + 1]!)).toBe(true);
          expect(many.mayHave(all[index]!, all[index + 1]!)).toBe(true);
        }
      }),
    );
  });

  test("that is empty has nothing", () => {
    const filter = new BloomFilter();
    expect([filter.mayHave(0, 0), filter.mayHave(-1, -1)]).toEqual([false, false]);
  });

  test("of the size that was expected raises a false alarm for one in a thousand", () => {
    const filter = new BloomFilter({ expectedKeys: 100_000 });
    expect(falseAlarms(filter, 100_000)).toBeLessThan(100);
    expect(filter.bytes).toBe(262_144);
  });

  test("that outgrew its layers raises some more, at twelve to 24 bits a key", () => {
    const filter = new BloomFilter({ expectedKeys: 1_000 });
    expect(falseAlarms(filter, 200_000)).toBeLessThan(200_000 * 0.03);
    expect(filter.bytes).toBeLessThan(600_000);
  });

  test("keeps to its memory, and then raises more false alarms", () => {
    const filter = new BloomFilter({ expectedKeys: 1_000, mostBytes: 65_536 });
    const alarms = falseAlarms(filter, 100_000);
    expect(filter.bytes).toBeLessThanOrEqual(65_536);
    expect(alarms).toBeGreaterThan(4_000);
    expect(alarms).toBeLessThan(60_000);
    const small = new BloomFilter({ expectedKeys: 1e9, mostBytes: 3_000 });
    expect(small.bytes).toBe(2_048);
  });
});

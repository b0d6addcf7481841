import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { HEAD_LENGTH, LaterEntries } from "./later-entries.ts";

type Entry = readonly [high: number, low: number, place: number];

describe("entries that are not indexed yet", () => {
  test("leave in their order, and the latest of a hash is found, as in a list", () => {
    const step = fc.oneof(
      fc.record({ add: fc.nat(9_000) }),
      fc.record({ take: fc.nat(9_000) }),
      fc.record({ takeSorted: fc.nat(9_000) }),
      fc.record({ find: fc.nat(50) }),
      fc.constant("clear" as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const later = new LaterEntries();
        let list: Entry[] = [];
        let next = 0;
        let place = 64;
        for (const one of steps) {
          if (one === "clear") {
            later.clear();
            list = [];
          } else if ("add" in one) {
            const heads = new Int32Array(one.add * HEAD_LENGTH);
            const first = place;
            for (let index = 0; index < one.add; index += 1) {
              const [high, low, length] = [next % 7, next % 11, 20 + (next % 13)];
              heads.set([high, low, length], index * HEAD_LENGTH);
              list.push([high, low, place]);
              place += length;
              next += 1;
            }
            later.add(first, heads);
          } else if ("take" in one) {
            const taken: Entry[] = [];
            later.take(one.take, (...entry) => taken.push(entry));
            expect(taken).toEqual(list.slice(0, one.take));
            list = list.slice(one.take);
          } else if ("takeSorted" in one) {
            const taken: Entry[] = [];
            later.takeSorted(one.takeSorted, (...entry) => taken.push(entry));
            const expected = list.slice(0, one.takeSorted);
            expect(taken).toEqual(expected.toSorted(([a], [b]) => a - b));
            list = list.slice(one.takeSorted);
          } else {
            const [high, low] = [one.find % 7, one.find % 11];
            const expected = list.findLast((entry) => entry[0] === high && entry[1] === low);
            expect(later.find(high, low)).toBe(expected?.[2]);
          }
          expect([later.size, later.place]).toEqual([list.length, list[0]?.[2]]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

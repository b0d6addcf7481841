import fc from "fast-check";
import { expect, test } from "vitest";

import { LateFilter } from "./late-filter.ts";

const hash = fc.tuple(fc.integer(), fc.integer());

test("a late filter denies nothing that was added, whenever it is asked", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(hash, fc.boolean()), { maxLength: 60 }), (steps) => {
      const filter = new LateFilter();
      const added: (readonly [number, number])[] = [];
      for (const [[high, low], asks] of steps) {
        filter.add(high, low);
        added.push([high, low]);
        if (!asks) continue;
        for (const one of added) expect(filter.mayHave(...one)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test("a late filter that was never asked holds very many, and denies most others", () => {
  const filter = new LateFilter();
  for (let key = 0; key < 200_000; key += 1) filter.add(Math.imul(key, 0x9e3779b1), key);
  let alarms = 0;
  for (let key = 0; key < 200_000; key += 1) {
    if (!filter.mayHave(Math.imul(key, 0x9e3779b1), key)) throw new Error(`${key} is denied`);
    if (filter.mayHave(Math.imul(key, 0x85ebca6b), ~key)) alarms += 1;
  }
  expect(alarms).toBeLessThan(10_000);
  expect(new LateFilter().mayHave(1, 2)).toBe(false);
});

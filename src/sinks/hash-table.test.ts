import fc from "fast-check";
import { expect, test } from "vitest";

import { createHashTable } from "./hash-table.ts";

test("a table tells what a map tells, of hashes that meet too", () => {
  // Few low bits: most begin at the same places.
  const hash = fc.tuple(fc.nat(3), fc.nat(2 ** 20)).map(([low, high]) => high * 2 ** 32 + low + 1);
  const entry = fc.tuple(hash, fc.integer({ min: 1 }));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), fc.array(hash), (entries, others) => {
      const [table, map] = [createHashTable(), new Map<number, number>()];
      for (const [key, value] of entries) {
        table.set(key, value);
        map.set(key, value);
      }
      for (const key of [...map.keys(), ...others]) expect(table.get(key)).toBe(map.get(key) ?? 0);
    }),
  );
});

test("a table that grows loses nothing", () => {
  const table = createHashTable();
  const hashOf = (index: number): number => index * 0x9e37_79b9_7f + 1;
  for (let index = 0; index < 5_000; index += 1) table.set(hashOf(index), index + 1);
  for (let index = 0; index < 5_000; index += 1) expect(table.get(hashOf(index))).toBe(index + 1);
  expect(table.get(hashOf(5_000))).toBe(0);
});

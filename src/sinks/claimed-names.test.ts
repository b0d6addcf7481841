import fc from "fast-check";
import { expect, test } from "vitest";

import { collisionKey } from "../protocol/file-name.ts";
import { createClaimedNames } from "./claimed-names.ts";

test("the first keeps the name, others get a tag of their own key", () => {
  const names = createClaimedNames();
  expect(names.claim("p/Jr.json", "1")).toBe("p/Jr.json");
  const second = names.claim("p/Jr.json", "2");
  expect(second).toMatch(/^p\/Jr~[0-9a-z]{6}\.json$/);
  expect(names.claim("p/Jr.json", "1")).toBe("p/Jr.json");
  expect(names.claim("p/Jr.json", "2")).toBe(second);
  expect(names.claim("q/Jr.json", "2")).toBe("q/Jr.json");
});

test("names that differ only by case or Unicode form are one name", () => {
  const names = createClaimedNames();
  const wanted = ["José.json", "JOSÉ.json", "Jose\u0301.json", "Ｊosé.json"];
  const paths = wanted.map((name, row) => names.claim(name, String(row)));
  expect(paths[0]).toBe("José.json");
  for (const path of paths.slice(1)) expect(path).toContain("~");
  expect(new Set(paths.map(collisionKey)).size).toBe(4);
});

test("one key may have files of several names", () => {
  const names = createClaimedNames();
  expect(names.claim("a.json", "k")).toBe("a.json");
  expect(names.claim("A.json", "k")).toMatch(/^A~/);
});

test("a row that spells another's tag takes nothing from it", () => {
  const names = createClaimedNames();
  const probe = createClaimedNames();
  probe.claim("x.json", "first");
  const tagged = probe.claim("x.json", "second");
  expect(names.claim(tagged, "thief")).toBe(tagged);
  names.claim("x.json", "first");
  const other = names.claim("x.json", "second");
  expect(other).not.toBe(tagged);
  expect(names.claim("x.json", "second")).toBe(other);
});

test("no two keys ever share a path, and the same order gives the same names", () => {
  const rows = fc.array(
    fc.tuple(
      fc.constantFrom("a", "A", "a/b", "á", "a\u0301", "x~0", "..", ""),
      fc.nat(5).map(String),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(rows, (wanted) => {
      const [names, again] = [createClaimedNames(), createClaimedNames()];
      const owners = new Map<string, string>();
      for (const [name, key] of wanted) {
        const path = names.claim([name], key);
        expect(again.claim([name], key)).toBe(path);
        const owner = owners.get(collisionKey(path));
        expect(owner === undefined || owner === key).toBe(true);
        owners.set(collisionKey(path), key);
      }
    }),
  );
});

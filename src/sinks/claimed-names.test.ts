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

test("what is a file is no folder of others, whichever comes first", () => {
  const names = createClaimedNames();
  expect(names.claim("f/x", "1")).toBe("f/x");
  const inside = names.claim("f/X/one", "2");
  expect(inside).toMatch(/^f\/X~[0-9a-z]{6}\/one$/);
  // They share their folder, and find it again.
  expect(names.claim("f/X/two", "3")).toBe(inside.replace("one", "two"));
  expect(names.claim("f/X/one", "2")).toBe(inside);
  expect(names.claim("f", "4")).toMatch(/^f~/);
  expect(names.claim("f/x", "1")).toBe("f/x");
  expect(names.claim("a/b/c", "5")).toBe("a/b/c");
  expect(names.claim("a/b", "6")).toMatch(/^a\/b~/);
  expect(names.claim("A", "7")).toMatch(/^A~/);
});

test("no path that is claimed is a folder of another one", () => {
  const parts = fc.array(fc.constantFrom("a", "A", "b", "a~", "ab"), {
    minLength: 1,
    maxLength: 4,
  });
  const claims = fc.array(fc.tuple(parts, fc.constantFrom("1", "2", "3")), { maxLength: 30 });
  fc.assert(
    fc.property(claims, (wanted) => {
      const names = createClaimedNames();
      const paths = wanted.map(([path, key]) => names.claim(path, key));
      const files = new Set(paths.map(collisionKey));
      for (const path of paths) {
        const folders = path.split("/").slice(0, -1);
        folders.forEach((_, index) => {
          const folder = folders.slice(0, index + 1).join("/");
          expect(files.has(collisionKey(folder)), `${folder} of ${path}`).toBe(false);
        });
      }
      expect(wanted.map(([path, key]) => names.claim(path, key))).toEqual(paths);
    }),
    { seed: 6, numRuns: 500 },
  );
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

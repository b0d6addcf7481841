import { expect, test } from "vitest";

import { createDocument } from "./document.ts";
import { compileSelector } from "./selector.ts";
import { mergedValue, valueFor } from "./value-for.ts";

const options = { items: 3, leaf: (name: string, item: number) => `${name}-${item}` };

test.each([
  ["a", { a: "a-0" }],
  ["a.b[1]", { a: { b: ["b-0", "b-0"] } }],
  ["a[-1]", { a: ["a-0"] }],
  ["[*].id", [{ id: "id-0" }, { id: "id-1" }, { id: "id-2" }]],
  ["@", "-0"],
  ['"a b".c', { "a b": { c: "c-0" } }],
  ["$.a.b", { a: { b: "b-0" } }],
])("in what is made up for %s stands what it asks for", (expression, value) => {
  expect(valueFor(expression, options)).toEqual(value);
});

test.each([
  "resultSets[0].rowSet[*].{id: [0], name: [2]}",
  "results[*].{place: name, lat: geometry.location.lat}",
  "data.items[:10].id",
  "a[].b[]",
  "things[?kind == 'book'].title",
  "$.items[*].id",
])("%s finds items in what is made up for it", async (expression) => {
  const selector = await compileSelector(expression);
  const text = JSON.stringify(valueFor(expression, options));
  const found = selector.select(createDocument(Buffer.from(text), "application/json"));
  expect(found).toHaveLength(expression === "a[].b[]" ? 9 : 3);
  expect(JSON.stringify(found)).not.toContain("null");
  expect(new Set((found as unknown[]).map((item) => JSON.stringify(item))).size).toBe(
    (found as unknown[]).length,
  );
});

test.each(["length(a)", "a || b", "css:h1", "a[?b > `1`]", "!a"])(
  "nothing is made up for %s, which asks for more",
  (expression) => {
    expect(valueFor(expression, options)).toBeUndefined();
  },
);

test("two values in one have the members and the items of both", () => {
  expect(mergedValue({ a: [{ x: 1 }], b: 1 }, { a: [{ y: 2 }, { y: 3 }] })).toEqual({
    a: [{ x: 1, y: 2 }, { y: 3 }],
    b: 1,
  });
  expect(mergedValue("leaf", { more: 1 })).toEqual({ more: 1 });
  expect(mergedValue(undefined, 0)).toBe(0);
});

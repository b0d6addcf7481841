import { expect, test } from "vitest";

import { shapeOf } from "./json-shape.ts";

test("answers of one kind have one shape, whatever their values and their order", () => {
  expect(shapeOf({ b: 1, a: "x" })).toBe(shapeOf({ a: "y", b: 2 }));
  expect(shapeOf({ a: 1 })).not.toBe(shapeOf({ a: "1" }));
  expect(shapeOf({ list: [{ a: 1 }, { a: 2 }] })).toBe("{list:[{…}]}");
});

test("an empty list has a shape of its own, and so have an error and null", () => {
  const shapes = [{ list: [] }, { list: [1] }, { error: "no" }, null, [], 7n].map((value) =>
    shapeOf(value),
  );
  expect(new Set(shapes).size).toBe(shapes.length);
});

test("depth and width are bounded", () => {
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, at]));
  expect(shapeOf(wide).length).toBeLessThan(1_000);
  expect(shapeOf(JSON.parse(`${"[".repeat(900)}${"]".repeat(900)}`))).toBe("[[[…]]]");
});

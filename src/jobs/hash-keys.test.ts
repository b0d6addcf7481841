import { expect, test } from "vitest";

import { hashKeys } from "./hash-keys.ts";

test.each([
  ["resultSets[0].rowSet[*].{id: [0], name: [2]}", ["id", "name"]],
  ["{a: b}", ["a"]],
  ['rows[?a == `1`] | [*].{"first name": n, x: {y: z, w: v}}', ["first name", "x"]],
  ["rows[].{a: max_by(b, &c), d: e[1:2]}", ["a", "d"]],
  ["rows[*]", undefined],
  ["rows[*].[a, b]", undefined],
  ["a || {b: c}", undefined],
  ["$.rows[*]", undefined],
  ["css:a", undefined],
])("of %s the items have %j", (expression, keys) => {
  expect(hashKeys(expression)).toEqual(keys);
});

test("of a function nothing is known", () => {
  expect(hashKeys(() => [])).toBeUndefined();
});

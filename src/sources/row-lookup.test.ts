import { expect, test } from "vitest";

import { createRowLookup } from "./row-lookup.ts";

test("a look-up has the values of the row that it was turned to, whatever its columns are", () => {
  const { lookup, turnTo } = createRowLookup();
  expect(lookup("a")).toBeUndefined();
  const columns = ["a", "b"];
  turnTo({ number: 1, line: 1, columns, values: ["one", 1n] });
  expect([lookup("a"), lookup("b"), lookup("c")]).toEqual(["one", 1n, undefined]);
  turnTo({ number: 2, line: 2, columns, values: ["two"] });
  expect([lookup("a"), lookup("b")]).toEqual(["two", undefined]);
  turnTo({ number: 3, line: 3, columns: ["b"], values: [3] });
  expect([lookup("a"), lookup("b")]).toEqual([undefined, 3]);
});

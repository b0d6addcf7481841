import { expect, test } from "vitest";

import { bookNameOrder } from "./book-name-order.ts";

test("names are ordered as one counts them", () => {
  const names = ["part 10", "part 2", "Part 1", "appendix", "part 2b", "part 02", "é", "e", "f"];
  expect(names.toSorted(bookNameOrder)).toEqual([
    ...["appendix", "e", "é", "f", "Part 1", "part 02", "part 2", "part 2b", "part 10"],
  ]);
});

test("the order does not depend on the order before", () => {
  const names = ["a", "A", "à", "1", "01", "001", "", " ", "10", "9"];
  expect(names.toReversed().toSorted(bookNameOrder)).toEqual(names.toSorted(bookNameOrder));
});

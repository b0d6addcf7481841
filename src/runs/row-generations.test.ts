import { expect, test } from "vitest";

import { generationOf } from "./row-generations.ts";

const RETRIES = [
  { rows: [2, 5], after: 6 },
  { rows: [5, 8], after: 9 },
];

test.each([
  [1, 0],
  [2, 1],
  [5, 2],
  [7, 1],
  [8, 2],
  [10, 2],
])("row %i has its outcome by retry %i", (row, generation) => {
  expect(generationOf(RETRIES)(row)).toBe(generation);
});

import { expect, test } from "vitest";

import { formatColumns } from "./text-columns.ts";

test("numbers end and words begin in one column; a line ends with its last letter", () => {
  const rows = [
    ["host", "answered", "p50"],
    ["a.example", "7", ""],
  ];
  expect(formatColumns(rows, ["left", "right", "left"])).toEqual([
    "  host       answered  p50",
    "  a.example         7",
  ]);
});

import { expect, test } from "vitest";

import { recordFormatOf } from "./record-format.ts";

test.each([
  ["a.jsonl", "jsonl"],
  ["folder.d/A.CSV", "csv"],
  ["a.b.tsv", "tsv"],
  [".hidden.json", "json"],
])("%s is %s", (name, format) => {
  expect(recordFormatOf(name)).toBe(format);
});

test.each([
  ["a.parquet", /^a\.parquet: \.parquet is not there yet; there are \.jsonl/],
  ["a.cvs", /^a\.cvs: its extension names no format .*did you mean "\.csv"\?$/],
  ["a.csv/b", /^a\.csv\/b: its extension names no format/],
  ["a\u001b", /^a\\x1b: its extension/],
])("%j tells none", (name, says) => {
  expect(() => recordFormatOf(name)).toThrow(says);
});

import { expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { checkDistinctFiles } from "./distinct-files.ts";

test("a file is one thing, however its path is written", () => {
  expect(() =>
    checkDistinctFiles([
      ["the input", "names.csv"],
      ["the summary", undefined],
      ["the output", "./folder/../names.csv"],
    ]),
  ).toThrow(new UsageError("./folder/../names.csv is the input and cannot be the output too"));
});

test("stdin, stdout and files apart from each other stand in nobody's way", () => {
  checkDistinctFiles([
    ["the input", "-"],
    ["the output", "-"],
    ["the summary", "out.json"],
    ["the changes", "out.jsonl"],
  ]);
});

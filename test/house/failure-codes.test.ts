import { expect, test } from "vitest";

import { FAILURE_CODES } from "../../src/core/failure.ts";
import { sourceFiles, textOf } from "./repo.ts";

const PAGE = "docs/failures.md";

/** The codes that the page explains, each with the text below its heading. */
const explained = new Map<string, string>(
  textOf(PAGE)
    .split(/^## /m)
    .slice(1)
    .map((part): [string, string] => [part.split("\n")[0]!.trim(), part])
    .filter(([heading]) => heading.startsWith("E_")),
);

test("every failure code is explained, and nothing else is", () => {
  expect([...explained.keys()].toSorted()).toEqual([...FAILURE_CODES].toSorted());
});

test.each(FAILURE_CODES)("%s tells its meaning, whether it is retried and what to do", (code) => {
  const text = explained.get(code) ?? "";
  expect(text).toMatch(/^\*\*Means:\*\* \S/m);
  expect(text).toMatch(/^\*\*Asked again:\*\* \S/m);
  expect(text).toMatch(/^\*\*What to do:\*\* \S/m);
});

test("no source writes a failure code that does not exist", () => {
  const known = new Set<string>(FAILURE_CODES);
  const unknown = sourceFiles().flatMap((path) =>
    [...textOf(path).matchAll(/["'`](E_[A-Z_]+)["'`]/g)]
      .map((match) => match[1]!)
      .filter((code) => !known.has(code))
      .map((code) => `${code} in ${path}`),
  );
  expect(unknown).toEqual([]);
});

import { expect, test } from "vitest";

import { watchParameters } from "./session-parameters.ts";

/** What is told of so many URLs. */
function told(count: number, urlOf: (at: number) => string): readonly string[] {
  const watch = watchParameters();
  return Array.from({ length: count }, (_, at) => watch(urlOf(at))).filter(
    (name) => name !== undefined,
  );
}

test("a parameter that is another for each visit of a few pages is told, once", () => {
  const urls = (at: number) => `https://a.test/p${at % 7}?x=1&sid=${(at * 7919).toString(36)}abc1`;
  expect(told(99, urls)).toEqual([]);
  expect(told(1_000, urls)).toEqual(["sid"]);
});

test.each([
  ["numbers of pages", (at: number) => `https://a.test/list?page=${1_000_000 + at}`],
  ["ids of articles, each with pages of its own", (at: number) => `https://a.test/${at}?id=a1b2c3`],
  ["words", (at: number) => `https://a.test/?q=word${"x".repeat(at % 50)}`],
  ["no parameters", (at: number) => `https://a.test/${at}`],
])("%s are no visitors'", (_what, urlOf) => {
  expect(told(1_000, urlOf)).toEqual([]);
});

import { expect, test } from "vitest";

import { refreshTarget } from "./page-link.ts";

test.each([
  ["0; url=next.html", "next.html"],
  ["5;URL = 'a b.html' ; x", "a b.html"],
  ['.5,url="next.html', "next.html"],
  ["1 next.html", "next.html"],
  ["0;urlnext.html", "urlnext.html"],
  ["5", undefined],
  ["5;", undefined],
  ["soon; url=x", undefined],
  ["5x; url=x", undefined],
  ["", undefined],
])("a refresh of %j leads to %s", (content, reference) => {
  expect(refreshTarget(content)).toBe(reference);
});

test("a refresh of any length is read at once", () => {
  for (const text of ["1".repeat(1e6), " ".repeat(1e6), `1;${" ".repeat(1e6)}url`]) {
    expect(refreshTarget(text)).toBeUndefined();
  }
});

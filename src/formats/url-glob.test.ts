import fc from "fast-check";
import { expect, test } from "vitest";

import { compileUrlGlob } from "./url-glob.ts";

const matches = (pattern: string, url: string) => compileUrlGlob(pattern)(new URL(url));

test.each([
  ["*.pdf", "http://a.example/book/ch1.pdf", true],
  ["*.pdf", "http://a.example/ch1.pdf?v=2", true],
  ["*.pdf", "http://a.example/x.pdf/y", false],
  ["docs/*.html", "http://a.example/v1/docs/a.html", true],
  ["docs/*.html", "http://a.example/v1/docs/b/a.html", false],
  ["docs/**.html", "http://a.example/v1/docs/b/a.html", true],
  ["docs/", "http://a.example/v1/docs/b/a.html", true],
  ["docs/", "http://a.example/mydocs/a", false],
  ["/docs/", "http://a.example/v1/docs/a", false],
  ["/docs/", "http://a.example/docs/", true],
  ["/docs/*", "http://a.example/docs/a/b", false],
  ["/", "http://a.example/anything?at=all", true],
  ["index.html", "http://a.example/a/index.html", true],
  ["index.html", "http://a.example/a/indexxhtml", false],
  ["/search?*page=2*", "http://a.example/search?q=x&page=2", true],
  ["/search?*page=2*", "http://a.example/search", false],
  ["/search", "http://a.example/search?q=x", true],
  ["https://*.example.org/**", "https://a.example.org/x/y", true],
  ["https://*.example.org/**", "https://example.com/https://a.example.org/x", false],
  ["/größe/*", "http://a.example/gr%C3%B6%C3%9Fe/1", true],
  ["[a]", "http://a.example/[a]", true],
  ["(a+)+", "http://a.example/(a+)+", true],
])("%s on %s: %s", (pattern, url, expected) => {
  expect(matches(pattern, url)).toBe(expected);
});

test("a pattern matches what the regular expression of the same meaning matches", () => {
  const part = fc.constantFrom("a", "b", "/", "*", "**", ".");
  const text = fc.array(fc.constantFrom("a", "b", "/", "x"), { maxLength: 10 });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 7 }), text, (parts, letters) => {
      const pattern = `/${parts.join("")}`;
      const path = `/${letters.join("")}`;
      const source = pattern
        .replace(/\/$/, "/**")
        .replaceAll(".", "\\.")
        .replace(/\*+/g, (stars) => (stars === "*" ? "[^/]*" : ".*"));
      const url = { pathname: path, search: "", origin: "http://a.example" } as URL;
      expect(compileUrlGlob(pattern)(url), `${pattern} on ${path}`).toBe(
        new RegExp(`^${source}$`).test(path),
      );
    }),
    { seed: 12, numRuns: 10_000 },
  );
});

test("a pattern that ruins a backtracking matcher takes its length times the text's", () => {
  const pattern = `${"*a".repeat(200)}b`;
  expect(matches(pattern, `http://a.example/${"a".repeat(8_000)}`)).toBe(false);
});

test("an empty pattern and a huge one are refused", () => {
  expect(() => compileUrlGlob(" ")).toThrow(/empty/);
  expect(() => compileUrlGlob("a".repeat(1_001))).toThrow(/longer than 1000/);
});

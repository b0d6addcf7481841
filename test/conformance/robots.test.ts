import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { parseRobotsTxt } from "../../src/protocol/robots-txt.ts";
import { withSuite } from "./suites.ts";

interface Case {
  readonly test: string;
  readonly robots: string;
  readonly agent: string;
  readonly url: string;
  readonly allowed: boolean;
}

/** Cases that we decide otherwise, with our answer: see docs/conformance.md. */
const EXCEPTIONS: ReadonlyMap<string, boolean> = new Map([
  ["Allow: /foo/bar/ツ | http://foo.bar/foo/bar/ツ", true],
  ["Allow: /foo/bar/%E3%83%84 | http://foo.bar/foo/bar/ツ", true],
  ["Allow: /foo/bar/%62%61%7A | http://foo.bar/foo/bar/baz", true],
  ["Allow: /allowed-slash/index.html | http://foo.com/allowed-slash/", false],
]);

/** The one Allow line of an exception, with its URL. */
function nameOf({ robots, url }: Case): string {
  return `${/^Allow: .*$/m.exec(robots)?.[0]} | ${url}`;
}

withSuite("robotstxt", (folder) => {
  const cases = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as Case[];

  test("has its 142 cases, and the exceptions among them", () => {
    expect(cases).toHaveLength(142);
    expect(cases.filter((one) => EXCEPTIONS.has(nameOf(one)))).toHaveLength(EXCEPTIONS.size);
  });

  describe.each(cases)("$test: $agent at $url", (one) => {
    const exception = EXCEPTIONS.get(nameOf(one));
    const expected = exception ?? one.allowed;

    test(`${expected ? "may" : "may not"} ask${exception === undefined ? "" : ", an exception"}`, () => {
      if (exception !== undefined) expect(exception).not.toBe(one.allowed);
      expect(parseRobotsTxt(one.robots, one.agent.toLowerCase()).isAllowed(one.url)).toBe(expected);
    });
  });
});

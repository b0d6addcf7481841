import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { encodingOf } from "../../src/formats/html-text.ts";
import { withSuite } from "./suites.ts";

interface Case {
  readonly name: string;
  readonly page: Buffer;
  readonly encoding: string;
}

/** The cases of a file: `#data`, the page, `#encoding`, its encoding. Beware: pages are bytes, not UTF-8. */
function casesOf(folder: string, file: string): readonly Case[] {
  const text = readFileSync(join(folder, "encoding", file), "latin1");
  const parts = text.split(/^#data\n/m).slice(1);
  return parts.map((part, index) => {
    const [page, answer] = part.split("\n#encoding\n") as [string, string];
    return {
      name: `${file}, case ${index + 1}`,
      page: Buffer.from(page, "latin1"),
      encoding: answer.split("\n")[0]!.toLowerCase(),
    };
  });
}

withSuite("html5lib-encoding", (folder) => {
  const files = ["tests1.dat", "tests2.dat", "test-yahoo-jp.dat"];
  const cases = files.flatMap((file) => casesOf(folder, file));

  test("the suite has its 82 cases, and one with a script", () => {
    expect(cases).toHaveLength(82);
    expect(casesOf(folder, "scripted/tests1.dat")).toHaveLength(1);
  });

  describe("the encoding is told", () => {
    test.each(cases)("$name", ({ page, encoding }) => {
      expect(encodingOf(page, undefined)).toBe(encoding);
    });
  });

  // The page writes its own meta element: see docs/conformance.md.
  test("no script is run to tell it", () => {
    const [scripted] = casesOf(folder, "scripted/tests1.dat");
    expect(encodingOf(scripted!.page, undefined)).toBe("windows-1252");
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { UsageError } from "../../src/core/usage-error.ts";
import { compileJsonpath } from "../../src/formats/jsonpath.ts";
import { stringifyJson } from "../../src/formats/json.ts";
import { compileSelector, createDocument } from "../../src/formats/selector.ts";
import { withSuite } from "./suites.ts";

interface Case {
  readonly name: string;
  readonly selector: string;
  readonly document?: unknown;
  readonly result?: readonly unknown[];
  readonly results?: readonly (readonly unknown[])[];
  readonly invalid_selector?: boolean;
}

withSuite("jsonpath-cts", (folder) => {
  const { tests } = JSON.parse(readFileSync(join(folder, "cts.json"), "utf8")) as { tests: Case[] };
  const invalid = tests.filter((one) => one.invalid_selector === true);
  const valid = tests.filter((one) => one.invalid_selector !== true);

  test("the suite has its 703 cases", () => {
    expect(tests).toHaveLength(703);
  });

  describe("is refused", () => {
    // Without a leading $ an expression is JMESPath to compileSelector: those go to JSONPath directly.
    test.each(invalid)("$name", async ({ selector }) => {
      const compiled = selector.startsWith("$")
        ? compileSelector(selector)
        : Promise.try(compileJsonpath, selector);
      await expect(compiled).rejects.toThrow(UsageError);
    });
  });

  describe("is selected", () => {
    test.each(valid)("$name", async ({ selector, document, result, results }) => {
      const compiled = await compileSelector(selector);
      const selected = compiled.select(
        createDocument(Buffer.from(stringifyJson(document)), undefined),
      );
      const lists = results ?? [result!];
      // A query for one place gives the value there, or null; any other the list of its matches.
      const single =
        /^\$(?:\.[\w\u0080-\uffff]+|\[\s*(?:-?\d+|'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*")\s*\]|\s)*$/u.test(
          selector,
        );
      expect(lists.map((list) => (single ? (list[0] ?? null) : list))).toContainEqual(selected);
    });
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { UsageError } from "../../src/core/usage-error.ts";
import { parseJson, stringifyJson } from "../../src/formats/json.ts";
import { SelectError } from "../../src/formats/select-error.ts";
import { compileSelector, createDocument } from "../../src/formats/selector.ts";
import { withSuite } from "./suites.ts";

interface Case {
  readonly expression: string;
  readonly result?: unknown;
  readonly error?: string;
  /** Cases whose speed is measured have no result. */
  readonly bench?: string;
}

withSuite(
  "jmespath-test",
  (folder) => {
    const cases = readdirSync(join(folder, "tests")).flatMap((file) => {
      const text = readFileSync(join(folder, "tests", file), "utf8");
      const groups = parseJson(text) as { given: unknown; cases: Case[] }[];
      return groups.flatMap(({ given, cases: list }) =>
        list.map((one) => ({ file, given: Buffer.from(stringifyJson(given)), ...one })),
      );
    });
    const wrong = cases.filter((one) => one.error !== undefined);
    const right = cases.filter((one) => "result" in one);
    const measured = cases.filter((one) => one.bench !== undefined);

    test("the suite has its cases: 742 with a result, 150 with an error", () => {
      expect([right.length, wrong.length]).toEqual([742, 150]);
      expect(right.length + wrong.length + measured.length).toBe(cases.length);
    });

    describe("selects", () => {
      test.each(right)("$file: $expression", async ({ expression, given, result }) => {
        const selector = await compileSelector(expression);
        expect(selector.select(createDocument(given, undefined))).toEqual(result);
      });
    });

    describe("refuses", () => {
      test.each(wrong)("$file: $expression ($error)", async ({ expression, given, error }) => {
        const selected = compileSelector(expression).then((selector) =>
          selector.select(createDocument(given, undefined)),
        );
        // A value of the wrong type is found when there is one; all else before anything is sent.
        const thrown: unknown = await selected.catch((reason: unknown) => reason);
        if (error !== "invalid-type") expect(thrown).toBeInstanceOf(UsageError);
        else expect([UsageError, SelectError].some((kind) => thrown instanceof kind)).toBe(true);
      });
    });

    test.each(measured)("$file: $expression is read", async ({ expression }) => {
      expect((await compileSelector(expression)).text).toBe(expression);
    });
  },
  "is skipped",
);

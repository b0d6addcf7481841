import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { UsageError } from "../../src/core/usage-error.ts";
import { compileUrlTemplate } from "../../src/formats/url-template.ts";
import { withSuite } from "./suites.ts";

interface Group {
  readonly variables: Record<string, unknown>;
  readonly testcases: readonly (readonly [string, string | readonly string[] | false])[];
}

const FILES = {
  "spec-examples.json": 64,
  "spec-examples-by-section.json": 117,
  "extended-tests.json": 53,
  "negative-tests.json": 36,
};

withSuite("uritemplate-test", (folder) => {
  describe.each(Object.entries(FILES))("%s", (file, count) => {
    const groups = JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, Group>;
    const cases = Object.values(groups).flatMap(({ variables, testcases }) =>
      testcases.map(([template, expected]) => ({ template, expected, variables })),
    );

    test(`has its ${count} cases`, () => {
      expect(cases).toHaveLength(count);
    });

    test.each(cases)("$template", ({ template, expected, variables }) => {
      const values = new Map(Object.entries(variables));
      const expand = (): string => compileUrlTemplate(template).expand((name) => values.get(name));
      if (expected === false) expect(expand).toThrow(UsageError);
      else expect([expected].flat()).toContain(expand());
    });
  });
});

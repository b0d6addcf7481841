import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { parseRetryAfter } from "../../src/protocol/retry-after.ts";
import { withSuite } from "./suites.ts";

interface Suite {
  readonly now: string;
  readonly cases: readonly { readonly value: string; readonly seconds: number | null | "cap" }[];
}

/** The longest wait that a client of this suite obeys: one day. */
const CAP_MS = 86_400_000;

withSuite("retry-after", (folder) => {
  const suite = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as Suite;
  const nowMs = Date.parse(suite.now);

  test("has its 23 cases", () => {
    expect(suite.cases).toHaveLength(23);
  });

  test.each(suite.cases)("$value is $seconds", ({ value, seconds }) => {
    const withDate = parseRetryAfter(value, { nowMs: nowMs + 3_600_000, dateHeader: suite.now });
    expect(parseRetryAfter(value, { nowMs })).toBe(withDate);
    if (seconds === null) expect(withDate).toBeUndefined();
    else if (seconds === "cap") expect(withDate).toBeGreaterThan(CAP_MS);
    else expect(withDate).toBe(seconds * 1000);
  });
});

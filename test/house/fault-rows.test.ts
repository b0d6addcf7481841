import { expect, test } from "vitest";

import { filesBelow, textOf } from "./repo.ts";

/**
 * Rows of the fault matrix that are told by their number: of the network those that are not in test/wire
 * (slow bodies, interim answers, redirects, certificates, ports, standstills), and all from 51 to 110.
 */
const ROWS: readonly number[] = [
  ...[16, 23, 28, 29, 30, 31, 43, 49, 50],
  ...Array.from({ length: 110 - 51 + 1 }, (_, index) => 51 + index),
];

/** Numbers with which titles of tests begin: `test("78 a full disk …`, `["98", "SIGINT"` where a table has them. */
const TITLE = /(?:[tT]est\(\s*["'`]|\)\(\s*["'`])(\d{2,3}):? \S|^ {2}\["(\d{2,3})", "SIG/gm;

const files = filesBelow("test/faults", (name) => name.endsWith(".test.ts"));
const found = new Map<number, number>();
for (const file of files) {
  for (const [, plain, listed] of textOf(file).matchAll(TITLE)) {
    const row = Number(plain ?? listed);
    found.set(row, (found.get(row) ?? 0) + 1);
  }
}

test("the tests of faults were looked at", () => {
  expect(files.length).toBeGreaterThan(5);
});

test.each(ROWS)("row %i of the fault matrix has a test that is named after it", (row) => {
  expect(found.get(row) ?? 0).toBeGreaterThan(0);
});

test("no test is named after a row that is not among them", () => {
  expect([...found.keys()].filter((row) => !ROWS.includes(row))).toEqual([]);
});

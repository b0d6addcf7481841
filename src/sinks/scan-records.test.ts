import fc from "fast-check";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { countRecords } from "./scan-records.ts";
import type { OutputRecord } from "./sink.ts";
import { createTableText } from "./table-text.ts";

const FORMATS = ["jsonl", "json", "csv", "tsv"] as const;
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom('"', "\n", "\r\n", ",", "\t", "é", "]", "") }),
  fc.constant(null),
);
const columns = fc.uniqueArray(fc.constantFrom("a", 'b"\n', "[", ""), { minLength: 1 });
const table = columns.chain((names) =>
  fc.array(
    fc
      .array(cell, { minLength: names.length, maxLength: names.length })
      .map((values): OutputRecord => ({ columns: names, values })),
    { maxLength: 12 },
  ),
);

test.each(FORMATS)("every record of %s is counted once, whatever is in it", async (format) => {
  await using folder = await temporaryFolder();
  await fc.assert(
    fc.asyncProperty(table, async (records) => {
      const text = createTableText({ format });
      const whole = records.map((record, index) => text.record(record, index + 1)).join("");
      const path = await folder.write("out", whole + text.ending());
      expect(await countRecords(path, format)).toBe(records.length);
    }),
  );
});

test("a table longer than what is read at once is counted, a record and a quote across the border", async () => {
  await using folder = await temporaryFolder();
  const record = `"${'""\n,'.repeat(1000)}",x\n`;
  const path = await folder.write("out.csv", `a,b\n${record.repeat(200)}`);
  expect(await countRecords(path, "csv")).toBe(200);
});

test.each([
  ["jsonl", '{"a":1}\n{"a":'],
  ["csv", 'a\n1\n"2\n'],
] as const)("half a record at the end of %s is none", async (format, text) => {
  await using folder = await temporaryFolder();
  expect(await countRecords(await folder.write("out", text), format)).toBe(1);
});

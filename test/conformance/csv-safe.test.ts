import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";

import { formatCsvRecord } from "../../src/formats/csv-record.ts";
import { withSuite } from "./suites.ts";

/** In the suite and yet harmless: a spreadsheet reads a number, which is what is meant. */
const NUMBERS = new Set(["+1", "-5"]);

withSuite("output-injection", (folder) => {
  const { csvFormula } = JSON.parse(readFileSync(join(folder, "payloads.json"), "utf8")) as {
    csvFormula: string[];
  };

  test("has its 13 formulas", () => {
    expect(csvFormula).toHaveLength(13);
  });

  for (const delimiter of [",", "\t"] as const) {
    const read = (record: string): unknown =>
      parse(record, { delimiter, record_delimiter: "\n" })[0];

    test.each(csvFormula)(`%j is no formula between ${JSON.stringify(delimiter)}`, (payload) => {
      const expected = NUMBERS.has(payload) ? payload : `'${payload}`;
      const record = formatCsvRecord(["x", payload], { delimiter, safe: "formula-safe" });
      expect(read(record)).toEqual(["x", expected]);
    });

    test.each(csvFormula)(`%j verbatim between ${JSON.stringify(delimiter)}`, (payload) => {
      const record = formatCsvRecord(["x", payload], { delimiter, safe: "verbatim" });
      expect(read(record)).toEqual(["x", payload]);
    });
  }
});

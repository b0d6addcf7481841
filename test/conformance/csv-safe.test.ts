import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";

import { formatCsvRecord } from "../../src/formats/csv-record.ts";
import { withSuite } from "./suites.ts";

withSuite("output-injection", (folder) => {
  const suite = JSON.parse(readFileSync(join(folder, "payloads.json"), "utf8")) as {
    readonly csvFormula: readonly string[];
  };

  test("has its 13 formulas", () => {
    expect(suite.csvFormula).toHaveLength(13);
  });

  test.each(suite.csvFormula)("%j is text in a spreadsheet, as cell and as header", (payload) => {
    for (const delimiter of [",", "\t"] as const) {
      const line = formatCsvRecord([payload, "x"], { delimiter, safe: "formula-safe" });
      const [[cell]] = parse(line, { delimiter, record_delimiter: "\n" }) as [[string]];
      // The suite's numbers are numbers to a spreadsheet too: changing them would change the data.
      expect(cell).toBe(/^[+-]\d+$/.test(payload) ? payload : `'${payload}`);
    }
  });
});

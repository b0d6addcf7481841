import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { readCsvRows } from "../../src/formats/csv-rows.ts";
import { withSuite } from "./suites.ts";

/** Where the suite contradicts itself: what its own CSV file says. See docs/conformance.md. */
const EXCEPTIONS: Record<string, (expected: unknown) => unknown> = {
  // The JSON is an object, not a list of records, and has another phone number than the CSV.
  location_coordinates: (expected) => [
    { ...(expected as object), "Contact Phone Number": "2095257564" },
  ],
};

withSuite("csv-spectrum", (folder) => {
  const names = readdirSync(join(folder, "csvs")).map((file) => file.replace(/\.csv$/, ""));

  test("the suite has its 12 tables", () => {
    expect(names).toHaveLength(12);
  });

  test.each(names.flatMap((name) => [1, 7, 65_536].map((size) => ({ name, size }))))(
    "$name, in chunks of $size bytes",
    async ({ name, size }) => {
      const bytes = readFileSync(join(folder, "csvs", `${name}.csv`));
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      const records: unknown[] = [];
      for await (const batch of readCsvRows(chunks, { name })) {
        for (const { columns, values } of batch) {
          records.push(Object.fromEntries(columns.map((column, index) => [column, values[index]])));
        }
      }
      const expected: unknown = JSON.parse(
        readFileSync(join(folder, "json", `${name}.json`), "utf8"),
      );
      expect(records).toEqual(name in EXCEPTIONS ? EXCEPTIONS[name]!(expected) : expected);
    },
  );
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { UsageError } from "../../src/core/usage-error.ts";
import { JsonError, parseJson, stringifyJson } from "../../src/formats/json.ts";
import { readJsonRows } from "../../src/formats/json-rows.ts";
import { readJsonlRows } from "../../src/formats/jsonl-rows.ts";
import { withSuite } from "./suites.ts";

async function drain(rows: AsyncIterable<readonly unknown[]>): Promise<number> {
  let count = 0;
  for await (const batch of rows) count += batch.length;
  return count;
}

withSuite("json-test-suite", (folder) => {
  const parsing = join(folder, "test_parsing");
  const files = readdirSync(parsing).map((name) => ({
    name,
    bytes: readFileSync(join(parsing, name)),
  }));
  const accepted = files.filter(({ name }) => name.startsWith("y_"));
  const refused = files.filter(({ name }) => name.startsWith("n_"));
  const either = files.filter(({ name }) => name.startsWith("i_"));

  test("the suite has its 95, 188 and 35 files", () => {
    expect([accepted.length, refused.length, either.length]).toEqual([95, 188, 35]);
  });

  describe("parseJson", () => {
    test.each(accepted)("accepts $name", ({ bytes }) => {
      const text = stringifyJson(parseJson(bytes));
      expect(stringifyJson(parseJson(text))).toBe(text);
    });

    test.each(refused)("refuses $name", ({ bytes }) => {
      expect(() => parseJson(bytes)).toThrow(JsonError);
    });

    test.each(either)("answers or refuses $name, and nothing else", ({ bytes }) => {
      try {
        parseJson(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonError);
      }
    });
  });

  /** A file is one line of JSON lines where it has no line break but at its end. */
  const oneLine = ({ bytes }: { bytes: Buffer }): boolean =>
    !/[\r\n]/.test(bytes.toString("latin1").trim());
  /** A file without any text is no line at all, and so no fault. */
  const notBlank = ({ bytes }: { bytes: Buffer }): boolean =>
    !/^\ufeff?[ \t\r\n]*$/.test(bytes.toString("utf8"));

  describe.each([
    ["readJsonlRows", readJsonlRows],
    ["readJsonRows", readJsonRows],
  ])("%s", (reader, readRows) => {
    const applies = reader === "readJsonlRows" ? oneLine : () => true;

    test.each(accepted.filter(applies))("accepts $name", async ({ bytes }) => {
      const count = await drain(readRows([bytes], { name: "x" }));
      const value = parseJson(bytes);
      expect(count).toBe(reader === "readJsonRows" && Array.isArray(value) ? value.length : 1);
    });

    test.each(refused.filter(applies).filter(notBlank))("refuses $name", async ({ bytes }) => {
      await expect(drain(readRows([bytes], { name: "x" }))).rejects.toThrow(UsageError);
    });
  });
});

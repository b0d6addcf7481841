import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { formatCsvRecord } from "./csv-record.ts";

const csv = (...values: unknown[]) =>
  formatCsvRecord(values, { delimiter: ",", safe: "formula-safe" });
const verbatim = (...values: unknown[]) =>
  formatCsvRecord(values, { delimiter: ",", safe: "verbatim" });

test("cells are quoted where they must be, and only there", () => {
  expect(csv("a", "b c", " d ", "é", "'")).toBe("a,b c, d ,é,'\n");
  expect(csv("a,b", 'say "x"', "two\nlines", "cr\rcr", "\ufeffx")).toBe(
    '"a,b","say ""x""","two\nlines","cr\rcr","\ufeffx"\n',
  );
});

test("every kind of value has its text", () => {
  expect(csv(null, undefined, 0, -1.5, 1e21, true, 12345678901234567890n)).toBe(
    ",,0,-1.5,1e+21,true,12345678901234567890\n");
  expect(csv([1, { a: null }], { id: 12345678901234567890n })).toBe(
    '"[1,{""a"":null}]","{""id"":12345678901234567890}"\n',
  );
});

test("a record of one empty cell is no blank line", () => {
  expect(csv("")).toBe('""\n');
  expect(csv(null)).toBe('""\n');
  expect(csv("", "")).toBe(",\n");
});

test("a tab separates TSV and is quoted within a cell, a comma is not", () => {
  const tsv = (...values: unknown[]) =>
    formatCsvRecord(values, { delimiter: "\t", safe: "formula-safe" });
  expect(tsv("a,b", "c\td", 'e"f', "g\nh")).toBe('a,b\t"c\td"\t"e""f"\t"g\nh"\n');
});

describe("formula-safe", () => {
  test.each(
    [
      "=1+1",
      "+1+1",
      "-1+1",
      "@SUM(1)",
      "\t=1",
      "\tx",
      "\rx",
      "\n=1",
      "  =1",
      "\u00a0=1",
      "＝1+1",
      "＋1",
      "－1",
      "＠x",
      "+44 20",
      "-",
      "--5",
      "-5 ",
        "=",
      "-1e",
      "+.",
      "@handle",
    ],
  )("%j becomes text", (text) => {
    const [cell] = parse(csv(text, "x"))[0] as unknown as string[];
    expect(cell).toBe(`'${text}`);
    expect((parse(verbatim(text, "x"))[0] as unknown as string[])[0]).toBe(text);
  });

  test.each(["-5", "+3.2", "1e5", "-1E-5", "+.5", "-5.", "a=b", "x@y.z", "1-2", "", "'=1"])(
    "%j stays as it is",
    (text) => {
      expect(csv(text, "x")).toBe(`${text},x\n`);
    },
  );

  test("a number is no text and stays as it is", () => {
    expect(csv(-5, -5n)).toBe("-5,-5\n");
  });

  test("a long row of digits with a letter is read in linear time", () => {
    const text = `-${"1".repeat(200_000)}x`;
    expect(csv(text, "x")).toBe(`'${text},x\n`);
  });
});

test("what is written verbatim is read back as it was", () => {
  const cell = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom('"', ",", "\n", "\r\n", "\t", ""),
  );
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 10 }),
      fc.constantFrom("," as const, "\t" as const),
      (records, delimiter) => {
        const text = records
          .map((one) => formatCsvRecord(one, { delimiter, safe: "verbatim" }))
          .join("");
        expect(parse(text, { delimiter, record_delimiter: "\n" })).toEqual(records);
      },
    ),
  );
});

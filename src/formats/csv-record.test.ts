import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";

import { type CsvRecordOptions, formatCsvRecord } from "./csv-record.ts";

const SAFE_CSV: CsvRecordOptions = { delimiter: ",", safe: "formula-safe" };
const CSV: CsvRecordOptions = { delimiter: ",", safe: "verbatim" };
const TSV: CsvRecordOptions = { delimiter: "\t", safe: "verbatim" };

test("every kind of value has its text", () => {
  const values = ["a", 1.5, -0, true, null, undefined, 9007199254740993n, ["x", 1], { a: "b" }];
  expect(formatCsvRecord(values, SAFE_CSV)).toBe(
    'a,1.5,0,true,,,9007199254740993,"[""x"",1]","{""a"":""b""}"\n',
  );
});

test("a bigint deep in a value keeps its digits", () => {
  expect(formatCsvRecord([{ id: 2n ** 64n }], TSV)).toBe('"{""id"":18446744073709551616}"\n');
});

test("only text that needs quotes has them", () => {
  expect(formatCsvRecord(["a b", "a,b", 'a"b', "a\nb", "a\rb", "a\tb"], CSV)).toBe(
    'a b,"a,b","a""b","a\nb","a\rb",a\tb\n',
  );
  expect(formatCsvRecord(["a b", "a,b", 'a"b', "a\nb", "a\tb"], TSV)).toBe(
    'a b\ta,b\t"a""b"\t"a\nb"\t"a\tb"\n',
  );
});

test("a record of one empty cell is not an empty line", () => {
  expect(formatCsvRecord([""], CSV)).toBe('""\n');
  expect(formatCsvRecord([null], CSV)).toBe('""\n');
  expect(formatCsvRecord(["", ""], CSV)).toBe(",\n");
});

test.each(["-5", "+3.2", "1e5", "-.5", "-1.5E-7", "+7"])("%s is a number and stays one", (text) => {
  expect(formatCsvRecord([text], SAFE_CSV)).toBe(`${text}\n`);
});

test.each(["=1", "+44 20", "-1+1", "@x", "  =1", "\u00a0-x", "\u200b=1", "\0=1", "＝1", "-5%"])(
  "%j would be run and is made text",
  (text) => {
    expect(formatCsvRecord([text], SAFE_CSV)).toBe(`'${text}\n`);
    expect(formatCsvRecord([text], CSV)).toBe(`${text}\n`);
  },
);

test.each(["\tx", "\rx", "\nx"])(
  "%j starts a cell that spreadsheets cut, and is made text",
  (text) => {
    expect(formatCsvRecord([text], SAFE_CSV)).toMatch(/^"?'/);
  },
);

test.each(["é", "a=1", "1-2", " x", "'=1", "{=1}", "東京"])("%j is no formula", (text) => {
  expect(formatCsvRecord([text], SAFE_CSV)).toBe(`${text}\n`);
});

test("numbers that are no text are never touched", () => {
  expect(formatCsvRecord([-5, -5n, -1e-7], SAFE_CSV)).toBe("-5,-5,-1e-7\n");
});

test("a million blanks are looked at once each", () => {
  const blanks = " ".repeat(1_000_000);
  expect(formatCsvRecord([`${blanks}x`], SAFE_CSV)).toBe(`${blanks}x\n`);
});

test.each([CSV, TSV])(
  "what csv-parse reads is what was written, delimiter $delimiter",
  (options) => {
    const cell = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom('"', ",", "\t", "\n", "\r", "a", " ", "=") }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 })), (records) => {
        const text = records.map((record) => formatCsvRecord(record, options)).join("");
        const read = parse(text, { delimiter: options.delimiter, record_delimiter: "\n" });
        expect(read).toEqual(records);
      }),
    );
  },
);

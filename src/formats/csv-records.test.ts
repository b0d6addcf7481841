import { type CsvError, parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { CsvFault, CsvRecords } from "./csv-records.ts";

function read(pieces: readonly string[], delimiter = ","): readonly string[][] {
  const records = new CsvRecords(delimiter);
  const all = [...pieces.flatMap((piece) => records.add(piece)), ...records.end()];
  return all.map(({ cells }) => [...cells]);
}

/** The text in pieces that end at these places. */
function cut(text: string, places: readonly number[]): string[] {
  const ends = [...places.map((place) => place % (text.length + 1)), text.length];
  ends.sort((left, right) => left - right);
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

test.each([
  [
    "a,b;c\n1,2;3\n",
    [
      ["a", "b;c"],
      ["1", "2;3"],
    ],
  ],
  [
    "a;b\n1,5;2\n",
    [
      ["a", "b"],
      ["1,5", "2"],
    ],
  ],
  [
    '"a,x";b\n1;2\n',
    [
      ["a,x", "b"],
      ["1", "2"],
    ],
  ],
  ["\na\tb;c\n", [["a\tb", "c"]]],
  [
    "a\tb\n1\t2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ["a\n1;2\n", [["a"], ["1;2"]]],
  ["sep=;\r\na,x;b\r\n", [["a,x", "b"]]],
  ["SEP=,\na;b,c\n", [["a;b", "c"]]],
  ["sep=|\na\n", [["sep=|"], ["a"]]],
])("the header of %j shows what sets cells apart", (text, expected) => {
  const records = new CsvRecords();
  const all = text.split("").flatMap((character) => records.add(character));
  expect([...all, ...records.end()].map(({ cells }) => cells)).toEqual(expected);
});

test("any text is read as csv-parse reads it, wherever it is cut", () => {
  const unit = fc.constantFrom("a", '"', ",", "\n", "\r", "\r\n", '",', ',"', '"\n', '""');
  let refused = 0;
  let accepted = 0;
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 20 }), fc.array(fc.nat()), (text, places) => {
      let expected: string[][] | "refused";
      try {
        expected = parse(text, {
          record_delimiter: ["\r\n", "\n", "\r"],
          relax_column_count: true,
          relax_quotes: true,
          skip_empty_lines: true,
        });
        accepted += 1;
      } catch (error) {
        expect((error as CsvError).code).toBe("CSV_QUOTE_NOT_CLOSED");
        expected = "refused";
        refused += 1;
      }
      if (expected !== "refused") expect(read(cut(text, places))).toEqual(expected);
      else expect(() => read(cut(text, places))).toThrow(CsvFault);
    }),
    { numRuns: 2000 },
  );
  expect(Math.min(refused, accepted)).toBeGreaterThan(100);
});

describe("quotes", () => {
  test.each([
    ['"a"b,c\n', [['"a"b', "c"]]],
    ['"a""b"c"d,e\n', [['"a"b"c"d', "e"]]],
    ['"a\n"b,c\n', [['"a\n"b', "c"]]],
    ['a"b",c\n', [['a"b"', "c"]]],
    ['"",""\n', [["", ""]]],
    ['""""\n', [['"']]],
    ['a,"b', "refused"],
    ['a,"b""', "refused"],
  ])("%j", (text, expected) => {
    for (const pieces of [[text], text.split("")]) {
      if (expected === "refused") expect(() => read(pieces)).toThrow("never closed");
      else expect(read(pieces)).toEqual(expected);
    }
  });
});

describe("lines", () => {
  test("a CRLF that arrives in two pieces is one line's end, within quotes too", () => {
    const records = new CsvRecords(",");
    expect(records.add("a\r")).toEqual([{ line: 1, cells: ["a"] }]);
    expect(records.add("\n")).toEqual([]);
    expect(records.add('"b\r')).toEqual([]);
    expect(records.add('\nc"\r')).toEqual([{ line: 2, cells: ["b\r\nc"] }]);
    expect(records.add("\n\r")).toEqual([]);
    expect(records.add("d\n")).toEqual([{ line: 5, cells: ["d"] }]);
  });

  test.each([
    ["a line", "a".repeat(1 << 20), "a\n", 2],
    ["a quoted cell", `${"a".repeat((1 << 20) - 1)}\n`, '\n"', 3],
  ])("%s of more than 64 MiB is refused by the line it began at", (_, piece, start, line) => {
    const records = new CsvRecords(",");
    records.add(`h\n${start.endsWith('"') ? start : ""}`);
    for (let count = 0; count < 64; count += 1) records.add(piece);
    expect(() => records.add(piece)).toThrow(
      new CsvFault("this record is longer than 64 MiB; is a quote never closed?", line),
    );
  });
});

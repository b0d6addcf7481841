import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Row } from "../core/row.ts";
import { UsageError } from "../core/usage-error.ts";
import { readCsvRows } from "./csv-rows.ts";

async function read(
  text: string | Uint8Array,
  size = 5,
  delimiter: "," | "\t" = ",",
): Promise<Row[]> {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  const rows: Row[] = [];
  for await (const batch of readCsvRows(chunks, { name: "names.csv", delimiter }))
    rows.push(...batch);
  return rows;
}

describe("rows", () => {
  test("share their columns and know their number and line", async () => {
    const rows = await read('name,city\nAnn,"Paris, \n""TX"""\n\nBob,Rome');
    expect(rows).toEqual([
      { number: 1, line: 2, columns: ["name", "city"], values: ["Ann", 'Paris, \n"TX"'] },
      { number: 2, line: 5, columns: ["name", "city"], values: ["Bob", "Rome"] },
    ]);
    expect(rows[1]!.columns).toBe(rows[0]!.columns);
  });

  test.each([
    ["\ufeffa,b\r\n1,2\r\n", [["1", "2"]]],
    [
      "a,b\r1,2\r3,4",
      [
        ["1", "2"],
        ["3", "4"],
      ],
    ],
    [
      "a,b\r\n1,2\n3,4\r5,6",
      [
        ["1", "2"],
        ["3", "4"],
        ["5", "6"],
      ],
    ],
    ["a\n1\n\n\n2\n\n", [["1"], ["2"]]],
    ['a\n""\n', [[""]]],
    ["a,b\n,\n", [["", ""]]],
    ["\n\na\n1\n", [["1"]]],
    ["a,b\n37°36'37.8\"N,x\n", [["37°36'37.8\"N", "x"]]],
    ["a,b\n 1 , 2 \n", [[" 1 ", " 2 "]]],
    ["a,b\n=1+1,é🙂\n", [["=1+1", "é🙂"]]],
    ["a,b\n", []],
    ["a,b", []],
    ["", []],
    ["\ufeff", []],
  ])("%j", async (text, expected) => {
    for (const size of [1, 3, 1000]) {
      expect((await read(text, size)).map((row) => row.values)).toEqual(expected);
    }
  });

  test("tabs set cells apart in TSV", async () => {
    expect((await read('a\tb\n1,5\t"2\t3"\n', 5, "\t"))[0]!.values).toEqual(["1,5", "2\t3"]);
  });

  test("UTF-16 with a byte order mark is read", async () => {
    expect((await read(Buffer.from("\ufeffa,b\r\né,2\r\n", "utf16le"), 3))[0]!.values).toEqual([
      "é",
      "2",
    ]);
  });

  test("a header named __proto__ is a column like any other", async () => {
    const [row] = await read("__proto__,b\n1,2\n");
    expect(row!.columns).toEqual(["__proto__", "b"]);
  });

  test("what is written as RFC 4180 says is read back, each row with the line it begins on", async () => {
    const cell = fc.string({
      unit: fc.constantFrom("a", "é", ",", '"', "\n", "\r", "\r\n", " "),
      maxLength: 6,
    });
    const table = fc.array(
      fc.record({
        cells: fc.tuple(cell, cell),
        blank: fc.nat(2),
        end: fc.constantFrom("\n", "\r\n"),
      }),
    );
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (records, size) => {
        let text = "x,y\n";
        const expected = records.map(({ cells, blank, end }) => {
          text += "\n".repeat(blank);
          const line = text.split(/\r\n|\n|\r/).length;
          text += cells.map((value) => `"${value.replaceAll('"', '""')}"`).join(",") + end;
          return { line, values: cells };
        });
        const rows = await read(text, size);
        expect(rows.map(({ line, values }) => ({ line, values }))).toEqual(expected);
      }),
    );
  });
});

describe("errors", () => {
  test.each([
    ["a,b,c\n1,2,3\n\n1,2,3,4\n", "names.csv:4: 4 cells, but the header has 3"],
    ["a,b\n1\n", "names.csv:2: 1 cell, but the header has 2"],
    ['a,b\n1,2\n\n3,"4\n5,6\n', "names.csv:4: a quote is opened and never closed"],
    ['"a', "names.csv:1: a quote is opened and never closed"],
    ['a,b\r\n"1\r\n2\r\n3",4\r\n5,"6\r\n', "names.csv:5: a quote is opened and never closed"],
    ["a,b,a\n", 'names.csv:1: two columns are named "a"'],
    ["a,b,\n1,2,\n", "names.csv:1: column 3 has no name"],
    ["\na, \n", "names.csv:2: column 2 has no name"],
  ])("%j: %s", async (text, message) => {
    for (const size of [1, 4, 1000]) {
      await expect(read(text, size)).rejects.toThrow(new UsageError(message));
    }
  });

  test("bytes that are no UTF-8 are named by line", async () => {
    await expect(read(Buffer.from("a,b\n1,2\nM\xfcller,3\n", "latin1"))).rejects.toThrow(
      "names.csv:3: byte FC",
    );
  });

  test("an error of the source comes out as it is", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("a,b\n1,2\n3,44444444");
      throw new Error("disk on fire");
    }
    const rows = readCsvRows(broken(), { name: "names.csv" });
    expect((await rows.next()).value).toHaveLength(1);
    await expect(rows.next()).rejects.toThrow("disk on fire");
  });
});

test("a reader that stops early closes the source", async () => {
  let closed = "no";
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield Buffer.from("a\n1\n2222");
      yield Buffer.from("\n");
    } finally {
      closed = "yes";
    }
  }
  for await (const batch of readCsvRows(source(), { name: "x" })) {
    expect(batch).toHaveLength(1);
    break;
  }
  expect(closed).toBe("yes");
});

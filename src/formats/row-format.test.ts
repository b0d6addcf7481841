import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Row } from "../core/row.ts";
import { UsageError } from "../core/usage-error.ts";
import { readJsonRows } from "./json-rows.ts";
import { formatOfName, readRows, type RowFormat } from "./row-format.ts";

async function read(format: RowFormat, text: string, column?: string): Promise<Row[]> {
  const chunks = [...Buffer.from(text)].map((byte) => Uint8Array.of(byte));
  const rows: Row[] = [];
  const options = { format, name: "x", ...(column === undefined ? {} : { column }) };
  for await (const batch of readRows(chunks, options)) rows.push(...batch);
  return rows;
}

test.each([
  ["names.csv", "csv"],
  ["a.b/NAMES.TSV", "tsv"],
  ["x.jsonl", "jsonl"],
  ["x.ndjson", "jsonl"],
  ["x.json", "json"],
  ["urls.txt", "lines"],
  ["x.xlsx", undefined],
  ["csv", undefined],
  ["a.csv/b", undefined],
  ["x.constructor", undefined],
])("the format of %s is %s", (name, format) => {
  expect(formatOfName(name)).toBe(format);
});

describe("csv and tsv", () => {
  test("are told apart by their delimiter", async () => {
    expect((await read("csv", "a,b\n1,2\n"))[0]!.values).toEqual(["1", "2"]);
    expect((await read("tsv", "a\tb\n1\t2\n"))[0]!.values).toEqual(["1", "2"]);
  });
});

describe("json lines", () => {
  test("objects are rows of their members, other values have the column value", async () => {
    const rows = await read("jsonl", '{"a":1,"b":"x"}\n\n{"a":2,"b":null}\r\n{"b":1}\n[1]\n"t"');
    expect(rows).toEqual([
      { number: 1, line: 1, columns: ["a", "b"], values: [1, "x"] },
      { number: 2, line: 3, columns: ["a", "b"], values: [2, null] },
      { number: 3, line: 4, columns: ["b"], values: [1] },
      { number: 4, line: 5, columns: ["value"], values: [[1]] },
      { number: 5, line: 6, columns: ["value"], values: ["t"] },
    ]);
    expect(rows[1]!.columns).toBe(rows[0]!.columns);
  });

  test("big integers and hostile keys survive", async () => {
    const [row] = await read("jsonl", '{"__proto__":12345678901234567890}');
    expect(row).toMatchObject({ columns: ["__proto__"], values: [12345678901234567890n] });
  });

  test("a line that is no JSON is named", async () => {
    await expect(read("jsonl", '{"a":1}\n\n{"a":}\n')).rejects.toThrow(
      new UsageError('x:3: the JSON has "}" where a value is expected (column 6)'),
    );
  });
});

describe("json", () => {
  test("an array's elements are rows with the line they begin on", async () => {
    const rows = await read(
      "json",
      '[\n {"a": "]\\"[",\n  "b": [1,\n 2]},\r\n {"a": 1, "b": 2}, 5\n, []]\n',
    );
    expect(rows.map(({ number, line, values }) => [number, line, values])).toEqual([
      [1, 2, ['"'.padStart(2, "]").concat("["), [1, 2]]],
      [2, 5, [1, 2]],
      [3, 5, [5]],
      [4, 6, [[]]],
    ]);
    expect(rows[1]!.columns).toBe(rows[0]!.columns);
  });

  test("one object is one row; nothing is no row", async () => {
    expect(await read("json", '{"a":1}')).toEqual([
      { number: 1, line: 1, columns: ["a"], values: [1] },
    ]);
    expect(await read("json", "[]")).toEqual([]);
    expect(await read("json", " \n")).toEqual([]);
  });

  test("many rows come in batches", async () => {
    const text = JSON.stringify(Array.from({ length: 2500 }, (_, index) => ({ index })));
    const sizes: number[] = [];
    for await (const batch of readJsonRows([Buffer.from(text)], { name: "x" }))
      sizes.push(batch.length);
    expect(sizes).toEqual([1000, 1000, 500]);
  });

  test("what is no JSON is named by line", async () => {
    await expect(read("json", '[\n{"a":1},\n{]')).rejects.toThrow("x:3: the JSON has");
    await expect(read("json", "a,b\n1,2")).rejects.toThrow(UsageError);
  });

  test("a file that is too long is refused with what to do", async () => {
    const rows = readJsonRows([Buffer.from("[1,2,3]")], { name: "x", longest: 5 });
    await expect(rows.next()).rejects.toThrow(/longer than 5 characters; .* jq -c/);
  });
});

describe("lines", () => {
  test("blank ones and comments are skipped, the others trimmed", async () => {
    const text = "# list\nhttps://a.example/#x \r\n\n  \n\thttps://b.example/\n #no";
    expect(await read("lines", text)).toEqual([
      { number: 1, line: 2, columns: ["url"], values: ["https://a.example/#x"] },
      { number: 2, line: 5, columns: ["url"], values: ["https://b.example/"] },
    ]);
    expect((await read("lines", "x", "id"))[0]!.columns).toEqual(["id"]);
  });
});

describe("a row is given as soon as its line has ended", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "🙂", " ", '"', "#") });
  const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

  test.each([
    ["csv", "x,y\n", (value: string) => `${quoted(value)},${quoted(`${value}\r\n${value}`)}`],
    ["tsv", "x\ty\r\n", (value: string) => `${quoted(value)}\t${value.replaceAll('"', "")}`],
    ["jsonl", "", (value: string) => JSON.stringify({ x: value })],
    ["lines", "", (value: string) => `a${value}`],
  ] as const)("%s", async (format, header, write) => {
    const lines = fc.array(fc.tuple(text, fc.constantFrom("\n", "\r", "\r\n", "\n\n")));
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.integer({ min: 1, max: 12 })), async (list, sizes) => {
        const ends: number[] = [];
        let all = header;
        for (const [value, end] of list) {
          all += write(value);
          // Its line has ended with the first character of a CRLF.
          ends.push(Buffer.byteLength(all) + 1);
          all += end;
        }
        const bytes = Buffer.from(all);
        let arrived = 0;
        let given = 0;
        const checked = (): void => {
          // Two bytes tell the encoding.
          const complete = arrived < 2 ? 0 : ends.filter((end) => end <= arrived).length;
          expect(given).toBe(complete);
        };
        async function* trickle(): AsyncGenerator<Uint8Array> {
          for (let turn = 0; arrived < bytes.length; turn += 1) {
            const chunk = bytes.subarray(arrived, arrived + (sizes[turn % sizes.length] ?? 1));
            arrived += chunk.length;
            yield chunk;
            checked();
          }
        }
        const rows: Row[] = [];
        for await (const batch of readRows(trickle(), { format, name: "x" })) {
          rows.push(...batch);
          given = rows.length;
        }
        expect(rows).toEqual(await read(format, all));
        expect(given).toBe(list.length);
      }),
    );
  });

  test("a first line of one letter does not wait for the second", async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("a\n");
      throw new Error("asked for more");
    }
    const rows = readRows(endless(), { format: "lines", name: "x" });
    expect((await rows.next()).value).toHaveLength(1);
  });
});

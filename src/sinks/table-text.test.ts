import { expect, test } from "vitest";

import type { OutputRecord } from "./sink.ts";
import { createTableText, type TableTextOptions } from "./table-text.ts";

const PAIR = ["a", "b"];

function textOf(options: TableTextOptions, records: readonly OutputRecord[]): string {
  const text = createTableText(options);
  return records.map((record, index) => text.record(record, index + 1)).join("") + text.ending();
}

test("JSON Lines are one object a line, whatever the values", () => {
  const records = [
    { columns: PAIR, values: ["x\ny\u2028", 2n ** 64n] },
    { columns: PAIR, values: [undefined, { deep: [1n, "\ud800"] }] },
    { columns: [], values: [] },
  ];
  expect(textOf({ format: "jsonl" }, records)).toBe(
    '{"a":"x\\ny\\u2028","b":18446744073709551616}\n{"a":null,"b":{"deep":[1,"\\ud800"]}}\n{}\n',
  );
});

test("a column may have any name", () => {
  const record = { columns: ["__proto__", 'say "x"'], values: [1, 2] };
  expect(textOf({ format: "jsonl" }, [record])).toBe('{"__proto__":1,"say \\"x\\"":2}\n');
});

test("JSON Lines take records of any columns", () => {
  const records = [
    { columns: PAIR, values: [1, 2] },
    { columns: ["b", "c"], values: [3, 4] },
    { columns: [...PAIR], values: [5, 6] },
  ];
  expect(textOf({ format: "jsonl" }, records)).toBe(
    '{"a":1,"b":2}\n{"b":3,"c":4}\n{"a":5,"b":6}\n',
  );
});

test("JSON is an array, of none too", () => {
  expect(textOf({ format: "json" }, [])).toBe("[\n]\n");
  expect(textOf({ format: "json" }, [{ columns: ["a"], values: [1] }])).toBe('[\n{"a":1}\n]\n');
  const two = [
    { columns: ["a"], values: [1] },
    { columns: ["a"], values: [2] },
  ];
  expect(textOf({ format: "json" }, two)).toBe('[\n{"a":1},\n{"a":2}\n]\n');
});

test("a table has one header, from its first record, made safe as a cell is", () => {
  const records = [
    { columns: ["=a", "b"], values: ["=1", "x,y"] },
    { columns: ["=a", "b"], values: [-1, null] },
  ];
  expect(textOf({ format: "csv" }, records)).toBe("'=a,b\n'=1,\"x,y\"\n-1,\n");
  expect(textOf({ format: "tsv", csv: "verbatim" }, records)).toBe("=a\tb\n=1\tx,y\n-1\t\n");
});

test("a table of declared columns has its header without a record", () => {
  expect(textOf({ format: "csv", columns: PAIR }, [])).toBe("a,b\n");
  expect(textOf({ format: "csv" }, [])).toBe("");
});

test("values find their column by name; a missing one is empty, one too many is told once", () => {
  const dropped: [string, number][] = [];
  const options: TableTextOptions = {
    format: "csv",
    onColumnDropped: (column, rowNumber) => dropped.push([column, rowNumber]),
  };
  const records = [
    { columns: PAIR, values: [1, 2] },
    { columns: ["b", "c", "a"], values: [3, 4, 5] },
    { columns: ["c", "d"], values: [6, 7] },
    { columns: [...PAIR], values: [8, 9] },
  ];
  expect(textOf(options, records)).toBe("a,b\n1,2\n5,3\n,\n8,9\n");
  expect(dropped).toEqual([
    ["c", 2],
    ["d", 3],
  ]);
});

test("at most a thousand columns are told", () => {
  let told = 0;
  const text = createTableText({ format: "csv", columns: ["a"], onColumnDropped: () => told++ });
  for (let row = 1; row <= 2000; row += 1) text.record({ columns: [`c${row}`], values: [1] }, row);
  expect(told).toBe(1000);
});

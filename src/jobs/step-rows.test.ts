import { expect, test } from "vitest";

import { cell, type Row } from "../core/row.ts";
import { childRows, inlineRows, joinRows } from "./step-rows.ts";

const asObject = ({ columns, values }: Row): unknown =>
  Object.fromEntries(columns.map((column, index) => [column, values[index]]));

test("a row in the job is its members, or one value", () => {
  const rows = inlineRows([{ a: 1, b: null }, "x", 7]);
  expect(rows.map(asObject)).toEqual([{ a: 1, b: null }, { value: "x" }, { value: 7 }]);
  expect(rows.map(({ number }) => number)).toEqual([1, 2, 3]);
});

test("an item keeps the columns of the row that it comes from, and replaces those of its names", () => {
  const [parent] = inlineRows([{ city: "Lyon", id: 1 }]);
  expect([...childRows(parent, [{ id: 2, x: true }, "y"])].map(asObject)).toEqual([
    { city: "Lyon", id: 2, x: true },
    { city: "Lyon", id: 1, value: "y" },
  ]);
});

test("a member called __proto__ is a column", () => {
  const [row] = childRows(undefined, [JSON.parse('{"__proto__": 1}')]);
  expect(cell(row!, "__proto__")).toBe(1);
});

const parents = [
  {
    id: "a",
    rows: inlineRows([
      { id: 1, only: "x" },
      { id: 2, only: "y" },
    ]),
  },
  { id: "b", rows: inlineRows([{ id: 3 }, { id: 4 }, { id: 5 }]) },
];

const pairOf = (row: Row): string => `${Number(cell(row, "a.id"))}${Number(cell(row, "b.id"))}`;

test("a product is every pair, the last parent's fastest", () => {
  const rows = [...joinRows("product", parents)];
  expect(rows.map(pairOf)).toEqual("13 14 15 23 24 25".split(" "));
  expect(asObject(rows[0]!)).toEqual({ "a.id": 1, only: "x", "a.only": "x", "b.id": 3 });
});

test("a zip ends with its shortest", () => {
  const rows = [...joinRows("zip", parents)];
  expect(rows.map(pairOf)).toEqual(["13", "24"]);
});

test("a product with a parent without rows has none", () => {
  expect([...joinRows("product", [...parents, { id: "c", rows: [] }])]).toEqual([]);
});

test("a product is made as it is taken", () => {
  const many = inlineRows(Array.from({ length: 10_000 }, (_, index) => index));
  const rows = joinRows("product", [
    { id: "a", rows: many },
    { id: "b", rows: many },
    { id: "c", rows: many },
  ]);
  const first = rows.next().value as Row;
  expect(first.columns).toEqual(["a.value", "b.value", "c.value"]);
});

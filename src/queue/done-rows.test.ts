import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { DoneRows, UNIT_ROWS, unitOf } from "./done-rows.ts";

describe("rows that are done", () => {
  test("are those that were added and not removed, whatever unit they are in", () => {
    const row = fc.integer({ min: 1, max: 3 * UNIT_ROWS });
    const step = fc.record({ row, how: fc.constantFrom("add" as const, "remove" as const) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const rows = new DoneRows();
        const model = new Set<number>();
        for (const { row: number, how } of steps) {
          expect(rows[how](number)).toBe(how === "add" ? !model.has(number) : model.has(number));
          if (how === "add") model.add(number);
          else model.delete(number);
        }
        expect(rows.count).toBe(model.size);
        for (const { row: number } of steps) expect(rows.has(number)).toBe(model.has(number));
        let firstOwed = 1;
        while (model.has(firstOwed)) firstOwed += 1;
        expect(rows.firstOwed).toBe(firstOwed);

        const again = new DoneRows();
        for (const [unit, bits] of rows.units()) again.load(unit, bits);
        expect(again.count).toBe(model.size);
        expect([...model].every((number) => again.has(number))).toBe(true);
      }),
    );
  });

  test("the first owed row moves back when an earlier one is owed again", () => {
    const rows = new DoneRows();
    for (let number = 1; number <= 10; number += 1) rows.add(number);
    expect(rows.firstOwed).toBe(11);
    rows.remove(4);
    expect(rows.firstOwed).toBe(4);
  });

  test("a unit holds rows that follow each other", () => {
    expect(unitOf(UNIT_ROWS - 1)).toBe(0);
    expect(unitOf(UNIT_ROWS)).toBe(1);
  });
});

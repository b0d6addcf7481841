import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { keptRun } from "../../test/support/kept-run.ts";
import { temporaryFolder } from "../../test/support/temp.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import { recordsInOrder, recordsOfRow } from "./records-in-order.ts";

describe("the records of a run in the order of its rows", () => {
  test("are the last ones of each row, whatever was taken back, in windows of any size", async () => {
    const step = fc.record({
      rows: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }),
      what: fc.constantFrom("answered" as const, "failed" as const, "owed" as const),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 10 }),
        fc.integer({ min: 1, max: 50 }),
        async (steps, windowRows) => {
          await using folder = await temporaryFolder();
          using run = keptRun(join(folder.path, "run"));
          for (const { rows, what } of steps) {
            if (what === "owed") run.takeBack(rows);
            else run.settle(rows.map((row) => ({ row, kind: what })));
          }
          const found = [...recordsInOrder(run.store, windowRows)];
          expect(found).toEqual(latestRecords(run.store));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("of a group that is damaged are refused before the first one", async () => {
    await using folder = await temporaryFolder();
    using run = keptRun(join(folder.path, "run"));
    run.settle([{ row: 1 }]);
    run.settle([{ row: 2 }]);
    run.store.database.exec("UPDATE outcomes SET records = zeroblob(80) WHERE id = 2");
    expect(() => recordsInOrder(run.store).next()).toThrow(/group 2 is not as it was written/);
  });

  test("of one row are its history", async () => {
    await using folder = await temporaryFolder();
    using run = keptRun(join(folder.path, "run"));
    run.settle([{ row: 1, kind: "failed" }, { row: 2 }]);
    run.takeBack([1]);
    run.settle([{ row: 1, kind: "answered" }]);
    const kinds = [...recordsOfRow(run.store, 1)].map(({ kind }) => kind);
    expect(kinds).toEqual(["failed", "owed", "answered"]);
  });
});

/** The same by remembering a record for every row. */
function latestRecords(store: JournalStore): readonly OutcomeRecord[] {
  const latest = new Map<number, OutcomeRecord>();
  for (const record of store.outcomes()) {
    if (record.kind === "owed") latest.delete(record.row);
    else latest.set(record.row, record);
  }
  return [...latest.values()].sort((one, other) => one.row - other.row);
}

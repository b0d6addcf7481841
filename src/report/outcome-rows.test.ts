import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { BEGAN_MS, keptRun } from "../../test/support/kept-run.ts";
import { temporaryFolder } from "../../test/support/temp.ts";
import { createRequest } from "../core/request.ts";
import type { Task } from "../queue/queue.ts";
import { OUTCOME_COLUMNS, outcomeValues } from "./outcome-columns.ts";
import { outcomeRows } from "./outcome-rows.ts";

async function* tasks(count: number): AsyncGenerator<readonly Task[]> {
  for (let number = 1; number <= count; number += 1) {
    const request = createRequest({ url: `http://a.example/${number}?token=s3cret&q=1` });
    yield [{ row: { number, line: number, columns: [], values: [] }, request }];
  }
}

describe("the outcomes of a run", () => {
  test("come in the order of the input, each with its request; owed rows have none", async () => {
    await using folder = await temporaryFolder();
    using run = keptRun(join(folder.path, "run"));
    run.settle([{ row: 5 }, { row: 2, kind: "failed" }]);
    run.settle([{ row: 1 }]);
    const found = await Array.fromAsync(outcomeRows(run.store, tasks(9)));
    expect(
      found.map(({ record, task, detail }) => [record.row, task?.row.number, detail?.message]),
    ).toEqual([
      [1, 1, undefined],
      [2, 2, "the connection was reset"],
      [5, 5, undefined],
    ]);
  });

  test("are all there without an input, with the URLs that the journal keeps", async () => {
    await using folder = await temporaryFolder();
    using run = keptRun(join(folder.path, "run"));
    run.settle([{ row: 1 }, { row: 2, kind: "failed" }]);
    const found = await Array.fromAsync(outcomeRows(run.store, tasks(0)));
    const url = OUTCOME_COLUMNS.indexOf("url");
    expect(found.map((row) => outcomeValues(row)[url])).toEqual([null, "http://a.example/2"]);
  });

  test("as values have a column each and no secret", async () => {
    await using folder = await temporaryFolder();
    using run = keptRun(join(folder.path, "run"));
    run.settle([{ row: 1, queuedMs: 1.1, attempts: 2, totalMs: 40.25, body: "abc" }]);
    const [found] = await Array.fromAsync(outcomeRows(run.store, tasks(1)));
    const values = outcomeValues(found!);
    expect(Object.fromEntries(OUTCOME_COLUMNS.map((name, index) => [name, values[index]]))).toEqual(
      {
        row: 1,
        key: "http://a.example/1?token=REDACTED&q=1",
        url: "http://a.example/1?token=REDACTED&q=1",
        status: 200,
        kind: "answered",
        code: null,
        message: null,
        attempts: 2,
        requests: 2,
        duplicate: false,
        bytes: 3,
        at: new Date(BEGAN_MS + 1000).toISOString(),
        queuedMs: 1.1,
        heldMs: 0,
        dnsMs: 2,
        connectMs: 3,
        tlsMs: 5,
        firstByteMs: 20,
        totalMs: 40.25,
        reused: false,
      },
    );
    expect(values).toHaveLength(OUTCOME_COLUMNS.length);
  });
});

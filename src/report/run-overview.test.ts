import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { type KeptRun, keptRun } from "../../test/support/kept-run.ts";
import { temporaryFolder } from "../../test/support/temp.ts";
import { lockRun } from "../queue/run-lock.ts";
import { isWhole, readOverview, type RunOverview, stateWords } from "./run-overview.ts";

function overviewOf(run: KeptRun): RunOverview {
  using store = run.read();
  return readOverview(store);
}

describe("the state of a run", () => {
  test("is running, with its process, while somebody holds its lock", async () => {
    await using folder = await temporaryFolder();
    using run = keptRun(join(folder.path, "run"));
    using _lock = lockRun(join(folder.path, "run"));
    const found = overviewOf(run);
    expect(stateWords(found)).toBe("running by process 4711");
    expect(isWhole(found)).toBe(false);
  });

  test("is died where its last process did not say how it ended", async () => {
    await using folder = await temporaryFolder();
    using run = keptRun(join(folder.path, "run"));
    run.settle([{ row: 1 }, { row: 2 }]);
    expect(stateWords(overviewOf(run))).toBe("died at 2 (its last process ended without a word)");
  });

  test("is stopped at so many of so many, until the last one has its outcome", async () => {
    await using folder = await temporaryFolder();
    using run = keptRun(join(folder.path, "run"));
    run.store.note({ total: "3" });
    run.settle([{ row: 1 }, { row: 3, kind: "failed" }]);
    run.end("stopped");
    expect(stateWords(overviewOf(run))).toBe("stopped at 2 of 3");
    run.settle([{ row: 2 }]);
    const found = overviewOf(run);
    expect(found).toMatchObject({
      state: "finished",
      answered: 2,
      failed: 1,
      skipped: 0,
      total: 3,
    });
    expect(isWhole(found)).toBe(true);
  });

  test("is not finished any more once a failure was taken back", async () => {
    await using folder = await temporaryFolder();
    using run = keptRun(join(folder.path, "run"));
    run.store.note({ total: "1" });
    run.settle([{ row: 1, kind: "failed" }]);
    run.end("finished");
    run.takeBack([1]);
    expect(stateWords(overviewOf(run))).toBe("stopped at 0 of 1");
  });
});

import { join } from "node:path";
import { expect, test } from "vitest";

import { type KeptRun, keptRun } from "../../test/support/kept-run.ts";
import { temporaryFolder } from "../../test/support/temp.ts";
import { type CheckedJournal, checkJournal } from "./check-journal.ts";

async function checked(spoil?: (run: KeptRun) => void): Promise<CheckedJournal> {
  await using folder = await temporaryFolder();
  using run = keptRun(join(folder.path, "run"));
  run.settle([{ row: 1 }, { row: 3, kind: "failed" }]);
  run.takeBack([3]);
  run.settle([{ row: 3 }, { row: 5, kind: "failed" }]);
  spoil?.(run);
  return checkJournal(run.store);
}

test("a journal is counted by the last outcome of each row", async () => {
  expect(await checked()).toEqual({
    account: { answered: 2, failed: 1, skipped: 0 },
    outcomes: 3,
    lastRow: 5,
    problems: [],
  });
});

test.each([
  ["DELETE FROM done", ["the log has 3 outcomes, the list of what is done has 0"]],
  ["UPDATE done SET bits = zeroblob(512)", [expect.stringMatching(/^unit 0 of the list/)]],
  ["UPDATE done SET bits = 7", [expect.stringMatching(/^unit 0 of the list/)]],
  ["DELETE FROM tally WHERE kind = 'answered'", ["the log has 2 answered, the counts say 0"]],
])("%s is told", async (sql, problems) => {
  const found = await checked(({ store }) => store.database.exec(sql));
  expect(found.problems).toEqual(problems);
});

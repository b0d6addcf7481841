import { join } from "node:path";

import { expect, test } from "vitest";

import { keptRun } from "../../test/support/kept-run.ts";
import { temporaryFolder } from "../../test/support/temp.ts";
import { chooseRun } from "./choose-run.ts";
import { JournalStore } from "./journal-store.ts";

const KNOWN = { digest: undefined, seed: [1, 2] } as const;

async function choose(total: number, finished: "go on" | "begin beside") {
  await using folder = await temporaryFolder();
  const earlier = join(folder.path, "earlier");
  {
    using run = keptRun(earlier, { identity: { work: "w", input: null }, job: {}, total });
    run.settle([{ row: 1 }, { row: 2 }]);
    run.end("finished");
  }
  const chosen = chooseRun(
    {
      ...{ kind: "same or new", base: folder.path, directory: undefined, name: "new", work: "w" },
      ...{ input: { kind: "grows" }, job: "{}", order: "arrival", earlier: "go on", finished },
      refusal: "a file is in the way",
    },
    KNOWN,
    17,
  );
  using store = JournalStore.open(chosen.directory, "read");
  const since = store.fact<string>("since");
  return { origin: chosen.origin, isBeside: since === earlier && chosen.directory !== earlier };
}

test("a finished run of the same work is gone on with", async () => {
  expect(await choose(2, "go on")).toEqual({ origin: "earlier", isBeside: false });
});

test("where that is wanted a run begins beside the finished one, whose files are not in its way", async () => {
  expect(await choose(2, "begin beside")).toEqual({ origin: "new", isBeside: true });
});

test("one that still owes rows is gone on with in any case", async () => {
  expect(await choose(3, "begin beside")).toEqual({ origin: "earlier", isBeside: false });
});

import { join } from "node:path";
import { expect, test } from "vitest";

import { createManualClock } from "../transport/manual-clock.ts";
import { temporaryFolder } from "../../test/support/temp.ts";
import { openHostMemory } from "./host-memory.ts";
import { recallHosts } from "./recall-hosts.ts";

const HOST = "https://api.example.com";
const PROFILE = {
  rate: 20,
  burst: undefined,
  concurrency: 8,
  latencyMs: 50,
  evidence: ["refusals" as const],
  detail: {},
};

test("what a run kept is recalled with its time, and nothing else is", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "state");
  const clock = createManualClock(1_000_000);
  {
    await using memory = openHostMemory({ folder: path, clock });
    memory.keep(HOST, PROFILE, { requests: 100, refused: 1 });
  }
  const recall = recallHosts(path);
  expect(recall(HOST)).toMatchObject({ rate: 20, concurrency: 8, learnedAtMs: 1_000_000 });
  expect(recall("https://other.example.com")).toBeUndefined();
});

test("no folder, and none that is there, recall nothing", async () => {
  await using folder = await temporaryFolder();
  expect(recallHosts(undefined)(HOST)).toBeUndefined();
  expect(recallHosts(join(folder.path, "none"))(HOST)).toBeUndefined();
});

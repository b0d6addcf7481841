import { appendFile, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { JournalStore } from "../../src/queue/journal-store.ts";
import type { Standing } from "../../src/sinks/sink.ts";
import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld, type World } from "../support/world.ts";
import {
  all,
  committed,
  committedRows,
  resumeWhole,
  rowsCsv,
  rowsOf,
  verifyWhole,
} from "./aftermath.ts";

/** The rows that a server was asked for, in the order in which they came. */
function askedRows(world: World): readonly number[] {
  return world.seen.requests().map(({ path }) => Number(path.split("/").at(-1)));
}

test("95 killed in the middle, a run goes on: nothing is lost, nothing is there twice, and no committed row is asked again", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(600));
  const run = join(folder.path, "run");
  const url = world.at("/slow/10ms/json/{n}");
  const ended = await fanfetch("map", "rows.csv", url, "-o", "out.csv", "--run", "run")
    .in(folder)
    .kill("SIGKILL")
    .after(committed(run, 100));
  expect(ended.signal).toBe("SIGKILL");
  const done = new Set(committedRows(run));
  expect(done.size).toBeGreaterThanOrEqual(100);
  expect(world.seen.total).toBeGreaterThanOrEqual(done.size);
  world.seen.forget();
  await resumeWhole(folder, "run");
  expect(rowsOf(await folder.read("out.csv"))).toEqual(all(600));
  expect(askedRows(world).filter((row) => done.has(row))).toEqual([]);
  expect(world.seen.total).toBeLessThanOrEqual(600 - done.size);
});

test("96 killed ten times in a row while it goes on, a run gets further each time and loses nothing", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(2_000));
  const run = join(folder.path, "run");
  const url = world.at("/slow/15ms/json/{n}");
  let last = 0;
  for (let kill = 0; kill < 10; kill += 1) {
    const argv =
      kill === 0 ? ["map", "rows.csv", url, "-o", "out.csv", "--run", "run"] : ["resume", "run"];
    const ended = await fanfetch(...argv, "--per-host", "8")
      .in(folder)
      .kill("SIGKILL")
      .after(committed(run, last + 1));
    expect(ended.signal, ended.stderr).toBe("SIGKILL");
    const rows = committedRows(run);
    expect(rows.length).toBeGreaterThan(last);
    expect(new Set(rows).size).toBe(rows.length);
    last = rows.length;
  }
  await resumeWhole(folder, "run");
  expect(rowsOf(await folder.read("out.csv"))).toEqual(all(2_000));
});

test("97 what a power cut leaves behind the last sync, of the table and of the journal, is cut off: what was committed is there", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(600));
  const run = join(folder.path, "run");
  const url = world.at("/slow/10ms/json/{n}");
  await fanfetch("map", "rows.csv", url, "-o", "out.csv", "--run", "run")
    .in(folder)
    .kill("SIGKILL")
    .after(committed(run, 100));
  const done = new Set(committedRows(run));
  // Blocks that were never written are zeros, or what stood there before; the log ends in half a frame.
  const out = join(folder.path, "out.csv");
  await truncate(out, standingOf(run).bytes);
  await appendFile(out, Buffer.alloc(3_000));
  await appendFile(out, "599,200,\n600,2");
  const log = join(run, "journal.db-wal");
  const tail = (await readFile(log)).subarray(32, 32 + 2_000);
  await appendFile(log, tail);
  expect(new Set(committedRows(run))).toEqual(done);
  world.seen.forget();
  await resumeWhole(folder, "run");
  expect(rowsOf(await folder.read("out.csv"))).toEqual(all(600));
  expect(askedRows(world).filter((row) => done.has(row))).toEqual([]);
});

/** Where the journal says that the table stood. */
function standingOf(run: string): Standing {
  using store = JournalStore.open(run, "read");
  return store.fact<Standing>("standing")!;
}

test("104 a run whose heap has no room left dies, and goes on as after a kill", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  // In the order of the input, all wait for the first, which the first process does not get.
  const urls = all(3_000).map((row) => world.at(`/bytes/20kB?${row}`));
  const input = [world.at("/hang/then/json/0"), ...urls];
  await folder.write("urls.txt", `${input.join("\n")}\n`);
  const argv = ["get", "--from", "urls.txt", "-o", "out.jsonl", "--order", "input"];
  const ended = await fanfetch(...argv)
    .in(folder)
    .env({ NODE_OPTIONS: "--max-old-space-size=40" });
  expect(ended.signal ?? ended.exitCode).toBe("SIGABRT");
  expect(ended.stderr).toContain("heap out of memory");
  const asked = world.seen.total;
  expect(asked).toBeLessThan(input.length);
  await resumeWhole(folder);
  const records = (await folder.read("out.jsonl")).trimEnd().split("\n");
  expect(records.map((line) => (JSON.parse(line) as { url: string }).url)).toEqual(input);
  await verifyWhole(folder);
});

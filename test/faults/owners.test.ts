import { join } from "node:path";
import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";
import { all, committed, resumeWhole, rowsCsv, rowsOf, sentenceOf } from "./aftermath.ts";
import { strace, testWhere, whyNoStrace } from "./machine.ts";

test("101 a second process on a run is refused with exit 7 and the pid of the first, whatever it asks for", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(40));
  // All wait for the last one, which is asked for when the others have been refused.
  const argv = [
    "map",
    "rows.csv",
    world.at("/together/41/json/{n}"),
    "-o",
    "out.csv",
    "--per-host",
    "41",
  ];
  const first = Promise.resolve(fanfetch(...argv).in(folder));
  await world.seen.reached(40);
  for (const words of [["resume"], ["retry"], ["verify"], argv, [...argv, "--force"]]) {
    const second = await fanfetch(...words).in(folder);
    expect(second.exitCode, second.stderr).toBe(7);
    const pid = /being run by process (\d+)/.exec(sentenceOf(second.stderr))?.[1];
    expect(process.kill(Number(pid), 0)).toBe(true);
    expect(Number(pid)).not.toBe(process.pid);
  }
  expect(world.seen.total).toBe(40);
  await fetch(world.at("/together/41/json/41"));
  const ended = await first;
  expect(ended.exitCode, ended.stderr).toBe(0);
  expect(rowsOf(await folder.read("out.csv"))).toEqual(all(40));
});

test("101 the lock of a killed process holds nobody up", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(200));
  const ended = await fanfetch("map", "rows.csv", world.at("/slow/20ms/json/{n}"), "-o", "out.csv")
    .in(folder)
    .kill("SIGKILL")
    .after(world.seen.reached(40));
  expect(ended.signal).toBe("SIGKILL");
  expect(await folder.names()).toContainEqual(expect.stringMatching(/^\.fanfetch\/.*\/lock$/));
  await resumeWhole(folder);
  expect(rowsOf(await folder.read("out.csv"))).toEqual(all(200));
});

test("102 a process that is paused keeps its run: nobody else takes it, and when it wakes nothing is there twice", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(200));
  const run = join(folder.path, "run");
  const underWay = committed(run, 30);
  const refused = Promise.withResolvers<void>();
  const first = Promise.resolve(
    fanfetch(
      ...["map", "rows.csv", world.at("/slow/20ms/json/{n}"), "-o", "out.csv", "--run", "run"],
    )
      .in(folder)
      .kill("SIGSTOP")
      .after(underWay)
      .kill("SIGCONT")
      .after(refused.promise),
  );
  await underWay;
  const second = await fanfetch("resume", "run").in(folder);
  refused.resolve();
  expect(second.exitCode, second.stderr).toBe(7);
  const ended = await first;
  expect(ended.exitCode, ended.stderr).toBe(0);
  expect(rowsOf(await folder.read("out.csv"))).toEqual(all(200));
  expect(world.seen.total).toBe(200);
});

testWhere(whyNoStrace())(
  "103 when the journal's thread, which is all the engine there is today, can write no more, the run stops with exit 4 and loses nothing",
  async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(2_000));
    const path = join(folder.path, "run", "journal.db-wal");
    const ended = await fanfetch(
      ...["map", "rows.csv", world.at("/slow/10ms/json/{n}"), "-o", "out.csv", "--run", "run"],
    )
      .in(folder)
      .through(...strace({ calls: "pwrite64", path, effect: "error=EIO", when: "40+" }));
    expect(ended.exitCode, ended.stderr).toBe(4);
    expect(sentenceOf(ended.stderr)).toMatch(/cannot write .*run\/journal\.db: disk I\/O error/);
    expect(world.seen.total).toBeLessThan(2_000);
    await resumeWhole(folder, "run");
    expect(rowsOf(await folder.read("out.csv"))).toEqual(all(2_000));
  },
);

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";
import { all, resumeWhole, rowsCsv, rowsOf, verifyWhole } from "./aftermath.ts";

const BIN = fileURLToPath(new URL("../../bin/fanfetch.js", import.meta.url));

/** Types the command that a stopped run told. */
async function goOnAsTold(stderr: string, folder: TemporaryFolder): Promise<void> {
  const told = /go on with: fanfetch (.*)$/m.exec(stderr)?.[1];
  expect(told, stderr).toMatch(/^resume \S+$/);
  const resumed = await fanfetch(...told!.split(" ")).in(folder);
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  await verifyWhole(folder);
}

for (const [row, signal, code] of [
  ["98", "SIGINT", 130],
  ["99", "SIGTERM", 143],
  ["99", "SIGHUP", 129],
] as const) {
  test(`${row} ${signal} lets what is in flight land, exits with ${code} and tells the command that goes on; nothing is asked twice`, async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(200));
    const ended = await fanfetch(
      "map",
      "rows.csv",
      world.at("/slow/50ms/json/{n}"),
      "-o",
      "out.csv",
    )
      .in(folder)
      .kill(signal)
      .after(world.seen.reached(40));
    expect(ended, ended.stderr).toMatchObject({ exitCode: code, signal: null });
    const rows = rowsOf(await folder.read("out.csv"));
    expect(rows).toHaveLength(world.seen.total);
    expect(rows.length).toBeLessThan(200);
    await goOnAsTold(ended.stderr, folder);
    expect(rowsOf(await folder.read("out.csv"))).toEqual(all(200));
    expect(world.seen.total).toBe(200);
  });
}

test("98 a second SIGINT stops at once with exit 130; what was in flight is asked again, and nothing else", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  // Two that the first process never gets, so that only the second signal can end it.
  const rows = all(100).map((n) => `${n},${n === 20 || n === 30 ? "hang/then/json" : "json"}`);
  await folder.write("rows.csv", `n,path\n${rows.join("\n")}\n`);
  const ended = await fanfetch(
    ...["map", "rows.csv", world.at("/slow/5ms/{+path}/{n}"), "-o", "out.csv", "--per-host", "5"],
  )
    .in(folder)
    .kill("SIGINT")
    .after(world.seen.reached(60))
    .kill("SIGINT")
    .after("again");
  expect(ended, ended.stderr).toMatchObject({ exitCode: 130, signal: null });
  const before = rowsOf(await folder.read("out.csv")).length;
  const asked = world.seen.total;
  await goOnAsTold(ended.stderr, folder);
  expect(rowsOf(await folder.read("out.csv"))).toEqual(all(100));
  expect(world.seen.total).toBe(asked + 100 - before);
});

test("100 a reader that has enough ends a run on disk quietly; its journal is whole and goes on", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(2_000));
  const line = `"$0" "$1" map rows.csv "$2" --run run | head -2`;
  const url = world.at("/slow/2ms/json/{n}");
  const shell = spawn("bash", ["-c", `set -o pipefail; ${line}`, process.execPath, BIN, url], {
    cwd: folder.path,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(shell, "close");
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
  expect([0, 141]).toContain((await ended)[0]);
  expect(stdout.split("\n")).toHaveLength(3);
  expect(stderr).not.toMatch(/EPIPE|^\s+at |fanfetch:/m);
  const verified = await fanfetch("verify", "run", "--format", "json").in(folder);
  const told = JSON.parse(verified.stdout);
  expect(told).toMatchObject({ problems: [], failed: 0, inputs: 2_000 });
  expect(told.owed).toBeGreaterThan(0);
  await resumeWhole(folder, "run");
  expect(world.seen.distinct).toBe(2_000);
});

test("98 Ctrl-C ends a run whose standard input stays open", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const open = 'exec "$0" "$@" < <(echo "$URL"; exec sleep 20 2>/dev/null)';
  const ended = await fanfetch("get", "--from", "-", "-o", "out.jsonl", "--progress", "json")
    .in(folder)
    .env({ URL: world.at("/json/1") })
    .through("bash", "-c", open)
    .kill("SIGINT")
    .after('"type":"settled"');
  expect(ended.exitCode, ended.stderr).toBe(130);
  expect(ended.stderr).toContain("1 input = 1 answered");
});

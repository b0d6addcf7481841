import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";
import { rowsCsv, sentenceOf } from "./aftermath.ts";
import { mountMemory, testWhere, whyNoMounts } from "./machine.ts";

const mountTest = testWhere(whyNoMounts());

const ROWS = 3_000;
/** Of an SQLite database as it is made here. */
const PAGE_BYTES = 4_096;

/** Commands that read a journal, or go on from it. */
const COMMANDS: readonly (readonly string[])[] = [
  ["verify", "run"],
  ["show", "run"],
  ["explain", "run", "17"],
  ["export", "run", "-o", "exported.jsonl", "--force"],
  ["diff", "run", "run"],
  ["resume", "run"],
  ["retry", "run", "--only", "404"],
];

/** What may become of a file: each takes its bytes and gives others. */
const DAMAGES: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  "ends in its middle": (bytes) => bytes.subarray(0, bytes.length >> 1),
  "ends within a page": (bytes) => bytes.subarray(0, bytes.length - PAGE_BYTES - 100),
  "is empty": () => Buffer.alloc(0),
  "has lost a page of its log": (bytes) =>
    Buffer.concat([
      bytes.subarray(0, bytes.length - 2 * PAGE_BYTES),
      Buffer.alloc(PAGE_BYTES),
      bytes.subarray(bytes.length - PAGE_BYTES),
    ]),
  "is another file": () => Buffer.from("name,gender\nAda,female\n".repeat(1_000)),
};

test("88 a journal that was cut, emptied or overwritten is told of in one sentence by every command", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(ROWS));
  const made = await fanfetch(
    ...["map", "rows.csv", world.at("/json/{n}"), "-o", "out.csv", "--run", "run"],
  ).in(folder);
  expect(made.exitCode, made.stderr).toBe(0);
  const [run, whole] = [join(folder.path, "run"), join(folder.path, "whole")];
  await cp(run, whole, { recursive: true });
  const asked = world.seen.total;
  const table = await folder.read("out.csv");
  for (const command of COMMANDS) {
    const ended = await fanfetch(...command).in(folder);
    expect(ended.exitCode, `${command[0]}: ${ended.stderr}`).toBe(0);
  }
  for (const [what, damage] of Object.entries(DAMAGES)) {
    for (const command of COMMANDS) {
      await rm(run, { recursive: true });
      await cp(whole, run, { recursive: true });
      await writeFile(join(run, "journal.db"), damage(await readFile(join(whole, "journal.db"))));
      const ended = await fanfetch(...command).in(folder);
      const seen = `${command[0]} of a journal that ${what}: ${ended.stderr}`;
      // Verify finds it out and says so, as a difference; what a command did not read does no harm.
      expect([0, 1, 2], seen).toContain(ended.exitCode);
      expect(ended.stderr, seen).not.toContain("fault of its own");
      if (ended.exitCode === 2) expect(sentenceOf(ended.stderr), seen).toMatch(/^fanfetch: .*run/);
      if (command[0] === "verify") expect(ended.exitCode, seen).not.toBe(0);
    }
  }
  expect(world.seen.total).toBe(asked);
  expect(await folder.read("out.csv")).toBe(table);
});

test("88 what a journal keeps of failed rows, overwritten, is told of in one sentence", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(20));
  const command = ["map", "rows.csv", world.at("/status/404?{n}"), "-o", "out.csv", "--run", "run"];
  const made = await fanfetch(...command).in(folder);
  expect(made.exitCode, made.stderr).toBe(1);
  const path = join(folder.path, "run", "journal.db");
  const bytes = await readFile(path);
  for (let at = bytes.indexOf('{"url"'); at >= 0; at = bytes.indexOf('{"url"', at + 1)) {
    bytes.write("\0\0\0", at + 1);
  }
  await writeFile(path, bytes);
  for (const reading of [
    ["export", "run", "-o", "-"],
    ["diff", "run", "run"],
  ]) {
    const ended = await fanfetch(...reading).in(folder);
    expect(sentenceOf(ended.stderr), reading[0]).toMatch(
      /the journal is damaged: what it keeps of a row cannot be read$/,
    );
    expect(ended.exitCode).toBe(2);
  }
});

mountTest("83 a run on a file system that takes nothing is read all the same", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  using disk = mountMemory(join(folder.path, "disk"), "10m");
  await writeFile(join(disk.path, "rows.csv"), rowsCsv(100));
  const command = ["map", "rows.csv", world.at("/json/{n}"), "-o", "out.csv", "--run", "run"];
  const made = await fanfetch(...command).in(disk.path);
  expect(made.exitCode, made.stderr).toBe(0);
  const asked = world.seen.total;
  disk.remount("ro");
  const verified = await fanfetch("verify", "run").in(disk.path);
  expect(verified.stdout + verified.stderr).toContain("journal, input and outputs say the same");
  expect(verified.exitCode).toBe(0);
  // As a copy of it is, where somebody has read it.
  disk.remount("rw");
  await writeFile(join(disk.path, "run", "journal.db-wal"), "");
  disk.remount("ro");
  const copied = await fanfetch("verify", "run").in(disk.path);
  expect(copied.exitCode, copied.stderr).toBe(0);
  const explained = await fanfetch("explain", "run", "17").in(disk.path);
  expect(explained.exitCode, explained.stderr).toBe(0);
  const shown = await fanfetch("show", "run").in(disk.path);
  expect(shown.exitCode, shown.stderr).toBe(0);
  const resumed = await fanfetch("resume", "run").in(disk.path);
  expect(sentenceOf(resumed.stderr)).toMatch(/read-only file system/);
  expect(resumed.exitCode).toBe(4);
  expect(world.seen.total).toBe(asked);
});

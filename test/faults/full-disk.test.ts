import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";
import { all, resumeWhole, rowsCsv, rowsOf, sentenceOf, verifyWhole } from "./aftermath.ts";
import { limited, mountMemory, strace, testWhere, whyNoMounts, whyNoStrace } from "./machine.ts";

const mountTest = testWhere(whyNoMounts());
const straceTest = testWhere(whyNoStrace());

/** An answer of 100 bytes, quick enough for several group commits. */
const TEXT = "/slow/5ms/html/" + "x".repeat(100) + "?{n}";
const PICKS = ["--pick", "p=css:p", "--pick", "said=css:body"];

mountTest(
  "78 a full disk under the answers stops the run with exit 4, and after room is made nothing is lost",
  async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(2_000));
    using disk = mountMemory(join(folder.path, "disk"), "64k");
    const ended = await fanfetch(
      ...["map", "rows.csv", world.at(TEXT), ...PICKS, "-o", "disk/out.csv"],
    ).in(folder);
    expect(ended.exitCode, ended.stderr).toBe(4);
    expect(sentenceOf(ended.stderr)).toMatch(
      /cannot write disk\/out\.csv: no space left on device/,
    );
    expect(ended.stderr).toContain("go on with: fanfetch resume .fanfetch/");
    rowsOf(await folder.read("disk/out.csv"));
    const asked = world.seen.total;
    expect(asked).toBeLessThan(2_000);
    disk.remount("size=10m");
    await resumeWhole(folder);
    expect(rowsOf(await folder.read("disk/out.csv"))).toEqual(all(2_000));
    expect(world.seen.distinct).toBe(2_000);
    expect(world.seen.total - 2_000).toBeLessThan(asked);
  },
);

for (const [what, path] of [
  ["files", "/bytes/10kB?{n}"],
  ["files larger than memory is used for", "/bytes/2MB?{n}"],
] as const) {
  mountTest(
    `78 a full disk under ${what} stops the run with exit 4, leaves no part of one, and after room is made nothing is lost`,
    async () => {
      await using world = await startWorld();
      await using folder = await temporaryFolder();
      await folder.write("rows.csv", rowsCsv(40));
      using disk = mountMemory(join(folder.path, "disk"), path.includes("MB") ? "20m" : "200k");
      const ended = await fanfetch(
        ...["map", "rows.csv", world.at(path), "--save", "disk/files/{n}.txt"],
      ).in(folder);
      expect(ended.exitCode, ended.stderr).toBe(4);
      expect(sentenceOf(ended.stderr)).toMatch(/cannot write .*: no space left on device/);
      const names = (await folder.names()).filter((name) => name.startsWith("disk/files/"));
      expect(names.filter((name) => !/^disk\/files\/\d+\.txt$/.test(name))).toEqual([]);
      for (const name of names) expect((await folder.read(name)).length).toBeGreaterThan(9_999);
      disk.remount("size=200m");
      await resumeWhole(folder);
      expect((await folder.names()).filter((name) => name.startsWith("disk/files/")).length).toBe(
        40,
      );
    },
  );
}

mountTest(
  "79 a full disk under the journal stops the run with exit 4; the journal ends at a whole commit, and nothing is lost",
  async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(3_000));
    using disk = mountMemory(join(folder.path, "disk"), "400k");
    const ended = await fanfetch(
      ...["map", "rows.csv", world.at("/slow/2ms-9ms/json/{n}"), "-o", "out.csv"],
      ...["--run", "disk/run"],
    ).in(folder);
    expect(ended.exitCode, ended.stderr).toBe(4);
    expect(sentenceOf(ended.stderr)).toMatch(
      /cannot write .*disk\/run\/journal\.db: (?:database or disk is full|no space left on device)/,
    );
    disk.remount("size=10m");
    const verified = await fanfetch("verify", "disk/run", "--format", "json").in(folder);
    const told = JSON.parse(verified.stdout);
    expect(told.answered).toBeGreaterThan(0);
    expect(told).toMatchObject({ failed: 0, skipped: 0, inputs: 3_000 });
    expect(told.answered + told.owed).toBe(3_000);
    expect(told.problems.filter((text: string) => !text.includes("out.csv has"))).toEqual([]);
    await resumeWhole(folder, "disk/run");
    expect(rowsOf(await folder.read("out.csv"))).toEqual(all(3_000));
  },
);

test("80 a summary that the disk does not take is told with exit 4; the run is whole, and its numbers can be had again", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(50));
  await symlink("/dev/full", join(folder.path, "full.json"));
  const ended = await fanfetch(
    ...["map", "rows.csv", world.at("/json/{n}"), "-o", "out.csv", "--summary", "full.json"],
  ).in(folder);
  expect(ended.exitCode).toBe(4);
  expect(sentenceOf(ended.stderr)).toMatch(/--summary full\.json was not written/);
  await verifyWhole(folder);
  const again = await fanfetch("resume", "--summary", "again.json").in(folder);
  expect(again.exitCode, again.stderr).toBe(0);
  const summary = JSON.parse(await folder.read("again.json"));
  expect(summary).toMatchObject({ inputs: 50, answered: 50, failed: 0, skipped: 0 });
  expect(world.seen.total).toBe(50);
});

for (const [what, run] of [
  ["a quota that is used up (EDQUOT)", "EDQUOT"],
  ["a file that may not grow further (EFBIG)", "EFBIG"],
] as const) {
  straceTest(`85 ${what} stops the run as a full disk does`, async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(500));
    const path = join(folder.path, "out.csv");
    const ended = await fanfetch("map", "rows.csv", world.at("/slow/5ms/json/{n}"), "-o", "out.csv")
      .in(folder)
      .through(...strace({ calls: "pwrite64", path, effect: `error=${run}`, when: "2+" }));
    expect(ended.exitCode, ended.stderr).toBe(4);
    expect(sentenceOf(ended.stderr)).toMatch(
      /cannot write out\.csv: (disk quota exceeded|file too large)/,
    );
    rowsOf(await folder.read("out.csv"));
    await resumeWhole(folder);
    expect(rowsOf(await folder.read("out.csv"))).toEqual(all(500));
  });
}

test("86 a write that the disk takes in part leaves whole records only", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const urls = all(60).map((row) => `${world.at("/bytes/50kB")}?${row}`);
  await folder.write("urls.txt", `${urls.join("\n")}\n`);
  // The limit falls within a record, of which the system takes the part before it.
  const ended = await fanfetch("get", "--from", "urls.txt", "-o", "out.jsonl")
    .in(folder)
    .through(...limited("-f 1000"));
  expect(ended.exitCode, ended.stderr).toBe(4);
  expect(sentenceOf(ended.stderr)).toContain("cannot write out.jsonl: file too large");
  const written = bodySizes(await folder.read("out.jsonl"));
  expect([...written.values()].filter((size) => size !== 50_000)).toEqual([]);
  await resumeWhole(folder);
  const whole = bodySizes(await folder.read("out.jsonl"));
  expect([...whole.keys()].toSorted()).toEqual(urls.toSorted());
  expect(new Set(whole.values())).toEqual(new Set([50_000]));
});

/** The size of each URL's answer; no line may be a part of a record, no record there twice. */
function bodySizes(jsonl: string): ReadonlyMap<string, number> {
  const lines = jsonl.split("\n").slice(0, -1);
  const records = lines.map((line) => JSON.parse(line) as { url: string; body: string });
  const sizes = new Map(records.map(({ url, body }) => [url, body.length]));
  expect(sizes.size).toBe(lines.length);
  expect(jsonl === "" || jsonl.endsWith("\n")).toBe(true);
  return sizes;
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";
import { all, resumeWhole, rowsCsv, rowsOf, sentenceOf } from "./aftermath.ts";
import { limited, mountMemory, strace, testWhere, whyNoMounts, whyNoStrace } from "./machine.ts";

const mountTest = testWhere(whyNoMounts());
const straceTest = testWhere(whyNoStrace());

const ROWS = 400;

straceTest("81 an I/O error in the middle of the table stops the run with exit 4", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(ROWS));
  const path = join(folder.path, "out.csv");
  const ended = await fanfetch("map", "rows.csv", world.at("/slow/5ms/json/{n}"), "-o", "out.csv")
    .in(folder)
    .through(...strace({ calls: "pwrite64", path, effect: "error=EIO", when: "2+" }));
  expect(ended.exitCode, ended.stderr).toBe(4);
  expect(sentenceOf(ended.stderr)).toBe("fanfetch: cannot write out.csv: i/o error");
  rowsOf(await folder.read("out.csv"));
  await resumeWhole(folder);
  expect(rowsOf(await folder.read("out.csv"))).toEqual(all(ROWS));
});

straceTest(
  "82 a sync of the table that fails once stops the run with exit 4, and is not tried again",
  async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(ROWS));
    const [path, log] = [join(folder.path, "out.csv"), join(folder.path, "syncs.log")];
    const fate = { calls: "fdatasync,fsync", path, effect: "error=EIO", when: "2", log };
    const ended = await fanfetch("map", "rows.csv", world.at("/slow/5ms/json/{n}"), "-o", "out.csv")
      .in(folder)
      // One thread in the pool, so that "the second" is one call.
      .env({ UV_THREADPOOL_SIZE: "1" })
      .through(...strace(fate));
    expect(ended.exitCode, ended.stderr).toBe(4);
    expect(sentenceOf(ended.stderr)).toBe("fanfetch: cannot write out.csv: i/o error");
    const syncs = (await readFile(log, "utf8")).match(/f(?:data)?sync\(.*/g) ?? [];
    expect(syncs.map((call) => call.includes("INJECTED"))).toEqual([false, true]);
    await resumeWhole(folder);
    expect(rowsOf(await folder.read("out.csv"))).toEqual(all(ROWS));
  },
);

straceTest(
  "82 a sync of the journal that fails once stops the run with exit 4, and no commit follows it",
  async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(ROWS));
    const [path, log] = [join(folder.path, "run", "journal.db-wal"), join(folder.path, "wal.log")];
    // The first ones are of the entry of the process, the others of commits.
    const fate = { calls: "fdatasync,fsync", path, effect: "error=EIO", when: "6", log };
    const ended = await fanfetch(
      ...["map", "rows.csv", world.at("/slow/20ms/json/{n}"), "-o", "out.csv", "--run", "run"],
    )
      .in(folder)
      .through(...strace(fate));
    expect(ended.exitCode, ended.stderr).toBe(4);
    expect(sentenceOf(ended.stderr)).toMatch(/cannot write .*run\/journal\.db: disk I\/O error/);
    const told = await fanfetch("verify", "run", "--format", "json").in(folder);
    const { answered, owed } = JSON.parse(told.stdout);
    // As many as had been committed before.
    expect(answered).toBeGreaterThan(0);
    expect(answered + owed).toBe(ROWS);
    await resumeWhole(folder, "run");
    expect(rowsOf(await folder.read("out.csv"))).toEqual(all(ROWS));
  },
);

const PLACES: readonly (readonly [what: string, argv: readonly string[]])[] = [
  ["the table", ["-o", "disk/out.csv", "--run", "run"]],
  ["the folder of files", ["--save", "disk/files/{n}.json", "--run", "run"]],
  ["the directory of the run", ["-o", "out.csv", "--run", "disk/run"]],
  ["the summary", ["-o", "out.csv", "--run", "run", "--summary", "disk/s.json"]],
];

for (const [what, argv] of PLACES) {
  mountTest(
    `83 a read-only disk under ${what} is told before the first request, with exit 4`,
    async () => {
      await using world = await startWorld();
      await using folder = await temporaryFolder();
      await folder.write("rows.csv", rowsCsv(20));
      using disk = mountMemory(join(folder.path, "disk"), "1m");
      disk.remount("ro");
      const ended = await fanfetch("map", "rows.csv", world.at("/json/{n}"), ...argv).in(folder);
      expect(ended, ended.stderr).toMatchObject({ exitCode: 4, stdout: "" });
      expect(sentenceOf(ended.stderr)).toMatch(/disk\/.*read-only/);
      expect(world.seen.total).toBe(0);
      disk.remount("rw");
      const again = await fanfetch("map", "rows.csv", world.at("/json/{n}"), ...argv).in(folder);
      expect(again.exitCode, again.stderr).toBe(0);
      expect(world.seen.total).toBe(20);
    },
  );
}

mountTest(
  "83 a folder in which no run can be kept is told before the first request, with exit 4",
  async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(20));
    using disk = mountMemory(join(folder.path, "disk"), "1m");
    disk.remount("ro");
    const argv = ["map", "../rows.csv", world.at("/json/{n}"), "-o", "../out.csv"];
    const ended = await fanfetch(...argv).in(disk.path);
    expect(ended, ended.stderr).toMatchObject({ exitCode: 4, stdout: "" });
    expect(sentenceOf(ended.stderr)).toMatch(/cannot write .*: read-only file system/);
    expect(world.seen.total).toBe(0);
  },
);

for (const [error, words] of [
  ["EACCES", "permission denied"],
  ["EDQUOT", "disk quota exceeded"],
  ["ENOSPC", "no space left on device"],
] as const) {
  straceTest(
    `83 ${error} for the table is told before the first request, with exit 4`,
    async () => {
      await using world = await startWorld();
      await using folder = await temporaryFolder();
      await folder.write("rows.csv", rowsCsv(20));
      const path = "out.csv";
      const argv = ["map", "rows.csv", world.at("/json/{n}"), "-o", path];
      const ended = await fanfetch(...argv)
        .in(folder)
        .through(...strace({ calls: "openat", path, effect: `error=${error}` }));
      expect(ended.exitCode, ended.stderr).toBe(4);
      expect(sentenceOf(ended.stderr)).toBe(`fanfetch: cannot write out.csv: ${words}`);
      expect(world.seen.total).toBe(0);
      // Nothing is left of it.
      expect(await folder.names()).toEqual(["rows.csv"]);
    },
  );
}

test("83 a wrong name is no refusal of the disk: exit 2, and nothing is left", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(20));
  await folder.write("file", "mine");
  for (const argv of [
    ["-o", "missing/out.csv"],
    ["-o", "file/out.csv"],
    ["--save", "file/{n}"],
    ["-o", "out.csv", "--run", "file"],
    ["-o", "out.csv", "--run", "file/run"],
  ]) {
    const ended = await fanfetch("map", "rows.csv", world.at("/json/{n}"), ...argv).in(folder);
    expect(ended.exitCode, ended.stderr).toBe(2);
    sentenceOf(ended.stderr);
    expect(await folder.names()).toEqual(["file", "rows.csv"]);
  }
  expect(world.seen.total).toBe(0);
});

for (const [what, argv] of [
  ["sockets", ["-o", "out.csv"]],
  ["sockets and files", ["--save", "files/{n}.json", "-o", "out.csv"]],
] as const) {
  test(`84 with few descriptors for ${what}, fewer are used at once and every row is answered`, async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", rowsCsv(300));
    const ended = await fanfetch(
      ...["map", "rows.csv", world.at("/slow/5ms/json/{n}"), ...argv],
      ...["-j", "200", "--per-host", "200", "--retries", "1"],
    )
      .in(folder)
      .through(...limited("-n 64"));
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(rowsOf(await folder.read("out.csv"))).toEqual(all(300));
    expect(world.seen.mostAtOnce()).toBeLessThan(64);
    expect(world.seen.total).toBe(300);
  });
}

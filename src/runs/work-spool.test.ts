import { mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { parseCommandLine } from "../cli/command-line.ts";
import { readSettings } from "../cli/settings.ts";
import type { WorkSettings } from "./work-settings.ts";
import { openSpool } from "./work-spool.ts";

async function saving(root: string): Promise<WorkSettings> {
  const line = await parseCommandLine(["get", "http://a.test/", "--save", join(root, "{+path}")]);
  return await readSettings("get", line, async () => Buffer.alloc(0));
}

test("a run's own spool is emptied of what a kill left, and gone with the run", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, ".fanfetch-r1"));
  await folder.write(".fanfetch-r1/old.part", "half");
  await folder.write(".fanfetch-r2", "another run's");
  {
    await using spool = (await openSpool(await saving(folder.path), 0, { id: "r1" }))!;
    expect(spool.options.directory).toBe(join(folder.path, ".fanfetch-r1"));
    expect(await folder.names()).toEqual([".fanfetch-r1", ".fanfetch-r2"]);
    expect((await stat(spool.options.directory)).mode & 0o777).toBe(0o700);
    await writeFile(join(spool.options.directory, "new.part"), "x");
  }
  expect(await folder.names()).toEqual([".fanfetch-r2"]);
});

test("a link in the place of a spool is removed and not followed", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "precious"));
  await folder.write("precious/x", "x");
  await symlink("precious", join(folder.path, ".fanfetch-r1"));
  await using _spool = await openSpool(await saving(folder.path), 0, { id: "r1" });
  expect((await stat(join(folder.path, ".fanfetch-r1"))).isDirectory()).toBe(true);
  expect(await folder.read("precious/x")).toBe("x");
});

test("without an id runs do not share a spool", async () => {
  await using folder = await temporaryFolder();
  const settings = await saving(folder.path);
  await using one = (await openSpool(settings, 0))!;
  await using two = (await openSpool(settings, 0))!;
  expect(one.options.directory).not.toBe(two.options.directory);
});

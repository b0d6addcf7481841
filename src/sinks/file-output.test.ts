import { link, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { openFileOutput } from "./file-output.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outputs-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("the input is never the output, by another name either", async () => {
  const input = join(folder, "in.jsonl");
  const path = join(folder, "out.jsonl");
  await writeFile(path, "rows");
  await link(path, input);
  const target = { path, exists: "overwrite" as const, inputs: [join(folder, "missing"), input] };
  await expect(openFileOutput(target)).rejects.toThrow(/is also the input/);
  expect(await readFile(path, "utf8")).toBe("rows");
});

test.each([
  ["no/out.csv", /there is no folder .*no$/],
  ["folder", /folder: it is a folder$/],
  ["file/out.csv", /: not a directory$/],
  [`${"x".repeat(300)}.csv`, /: name too long$/],
])("%s is refused with its reason", async (name, reason) => {
  await mkdir(join(folder, "folder"));
  await writeFile(join(folder, "file"), "");
  const opening = openFileOutput({ path: join(folder, name), exists: "refuse" });
  await expect(opening).rejects.toBeInstanceOf(UsageError);
  await expect(opening).rejects.toThrow(reason);
});

test("a device is written to as it is, without leave", async () => {
  const output = await openFileOutput({ path: devNull, exists: "refuse" });
  await output.write(Buffer.from("x"));
  await output.sync();
  await output.close();
});

test("a file that is opened and abandoned is gone, one that was there stays", async () => {
  const path = join(folder, "out.csv");
  await (await openFileOutput({ path, exists: "refuse" })).abandon();
  await expect(readFile(path)).rejects.toThrow("ENOENT");
  await writeFile(path, "old");
  await (await openFileOutput({ path, exists: "overwrite" })).abandon();
  expect(await readFile(path, "utf8")).toBe("old");
});

import { appendFile, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";

import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";
import { createJob, type Job, type JobKind } from "./job.ts";
import { runCommand } from "./command.ts";
import { type Oracle, startOracle } from "./oracle.ts";

/** Of a line of CSV. */
const END = "\n";

let oracle: Oracle;
beforeAll(async () => {
  oracle = await startOracle();
  return () => oracle[Symbol.asyncDispose]();
});

async function finished(
  kind: JobKind,
): Promise<{ readonly job: Job; readonly folder: TemporaryFolder }> {
  const folder = await temporaryFolder();
  const job = createJob(kind, 40, oracle.url);
  await job.prepare(folder.path);
  await oracle.begin(0);
  const end = await runCommand(job.args, { folder: folder.path });
  expect(end.exitCode, end.stderr).toBe(0);
  expect(await job.violations(folder.path)).toEqual([]);
  return { job, folder };
}

test("a table with a record lost, doubled, changed or out of order is not taken for whole", async () => {
  const { job, folder } = await finished("csv in order");
  await using _folder = folder;
  const path = join(folder.path, "out.csv");
  const text = await readFile(path, "utf8");
  const [head, one, two, ...rest] = text.trimEnd().split(END);
  const write = (lines: readonly (string | undefined)[]): Promise<void> =>
    writeFile(path, `${lines.join(END)}${END}`);
  await write([head, one, ...rest]);
  expect(await job.violations(folder.path)).toEqual([expect.stringContaining("lacks 1 ×")]);
  await write([head, one, two, ...rest, two]);
  expect(await job.violations(folder.path)).toEqual([expect.stringContaining("once too often")]);
  await write([head, two, one, ...rest]);
  expect(await job.violations(folder.path)).toEqual([expect.stringContaining("is not that of")]);
  await write([head, one, two?.replace("male", "mole"), ...rest]);
  expect(await job.violations(folder.path)).toHaveLength(2);
});

test("a file that is missing, short or left over is told", async () => {
  const { job, folder } = await finished("files");
  await using _folder = folder;
  await appendFile(join(folder.path, "files/3.json"), "x");
  await unlink(join(folder.path, "files/4.json"));
  await writeFile(join(folder.path, "files/.fanfetch-1-2.part"), "x");
  const wrong = await job.violations(folder.path);
  expect(wrong).toHaveLength(4);
  expect(wrong.toSorted().join()).toMatch(/\.part.*3\.json.*lacks.*3\.json.*4\.json/s);
});

test("a question of several rows is asked once", async () => {
  const { job, folder } = await finished("duplicates");
  await using _folder = folder;
  const different = new Set(job.questions).size;
  expect(different).toBeLessThan(job.rows - 9);
  expect(await oracle.endOfLife()).toHaveLength(different);
});

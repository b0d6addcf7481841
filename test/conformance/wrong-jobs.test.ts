import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { UsageError } from "../../src/core/usage-error.ts";
import { compileJob } from "../../src/jobs/compile-job.ts";
import { readJob } from "../../src/jobs/job-file.ts";
import * as tables from "./wrong-jobs.ts";

const { WRONG_SETTINGS, ...placed } = tables;
const JOBS: readonly tables.WrongJob[] = Object.values(placed).flat();
const ENVIRONMENT = { K: "k", L: "l", T: "t", P: "p", HOME: "/home" };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fanfetch-wrong-jobs-"));
  writeFileSync(join(folder, "names.csv"), "name\nAda\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is said of a job; undefined where nothing is wrong with it. */
async function saidOf(text: string, set: readonly string[] = []): Promise<string | undefined> {
  try {
    const read = await readJob(text, { name: "job.yaml", set });
    await compileJob(read, { folder, environment: ENVIRONMENT });
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message;
  }
}

test("the table is as long as was promised", () => {
  expect(JOBS.length).toBeGreaterThan(100);
});

test.each(JOBS)("$what is told in one sentence, with its place", async ({ text, says }) => {
  const mark = text.indexOf("▸");
  expect(mark, "the place is marked").toBeGreaterThan(-1);
  const before = text.slice(0, mark).split("\n");
  const place = `job.yaml:${before.length}:${before.at(-1)!.length + 1}`;
  const said = await saidOf(text.replace("▸", ""));
  expect(said).toBe(`${place}: ${says}`);
  expect(said).not.toMatch(/\n|hunter2/);
});

test.each(WRONG_SETTINGS)("$what is told by its option", async ({ text, set = [], says }) => {
  expect(await saidOf(text, set)).toBe(says);
});

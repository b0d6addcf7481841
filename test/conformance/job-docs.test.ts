import { describe, expect, test } from "vitest";

import { compileJob } from "../../src/jobs/compile-job.ts";
import { readJob } from "../../src/jobs/job-file.ts";
import { blocksOf } from "../house/examples.ts";
import { jsonOf, ROOT, textOf } from "../house/repo.ts";

const PAGE = textOf("docs/jobs.md");

const jobs = blocksOf(PAGE).filter(({ language }) => language === "yaml");

test("the page shows jobs", () => {
  expect(jobs.length).toBeGreaterThan(6);
});

describe.each(jobs)("the job at line $line", ({ words, text }) => {
  test("is one", async () => {
    const read = await readJob(text, { name: words[0]! });
    await compileJob(read, { folder: ROOT, environment: "names only" });
  });
});

/** Every key of the schema, wherever it is. */
function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const own = "properties" in schema ? Object.keys(schema.properties as object) : [];
  return [...own, ...Object.values(schema).flatMap(keysOf)];
}

const keys = [...new Set(keysOf(jsonOf("schema/job.schema.json")))];

test("the keys were found", () => {
  expect(keys.length).toBeGreaterThan(80);
});

test.each(keys)("the page tells what `%s` is", (key) => {
  expect(PAGE).toMatch(
    new RegExp(`\`[^\`\\n]*(?<![\\w$])${key.replace("$", "\\$")}\\b[^\`\\n]*\``),
  );
});

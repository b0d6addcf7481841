import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, expectTypeOf, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

import { compileJob } from "../../src/jobs/compile-job.ts";
import { readJob, readJobModule } from "../../src/jobs/job-file.ts";
import { jobJsonSchema, type jobSchema } from "../../src/jobs/job-schema.ts";
import { defineJob, type Job } from "../../src/jobs/job.ts";
import { jsonOf, ROOT, textOf } from "../house/repo.ts";
import { WRONG_KEYS, WRONG_VALUES } from "./wrong-jobs.ts";

const SCHEMA = "schema/job.schema.json";
const ENVIRONMENT = { GOOGLE_MAPS_KEY: "k" };

const examples = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".yaml"));

type Schema = Parameters<typeof z.fromJSONSchema>[0];
const shipped = z.fromJSONSchema(jsonOf<Schema>(SCHEMA));

test("the schema that is shipped is the code's own; node scripts/job-schema.ts writes it", () => {
  expect(jsonOf(SCHEMA)).toEqual(JSON.parse(JSON.stringify(jobJsonSchema())));
});

test("the schema is shipped", () => {
  expect(jsonOf<{ files: readonly string[] }>("package.json").files).toContain("schema");
});

test("the five stories have their examples", () => {
  expect(examples.toSorted()).toEqual([
    "book.yaml",
    "five-urls.yaml",
    "names.yaml",
    "places.yaml",
    "players.yaml",
  ]);
});

test.each(examples)("examples/%s is a job, and an editor finds it one", async (name) => {
  const text = textOf(`examples/${name}`);
  expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=../schema/job.schema.json");
  expect(shipped.safeParse(parse(text)).error?.issues ?? []).toEqual([]);
  const read = await readJob(text, { name });
  const folder = join(ROOT, "examples");
  const job = await compileJob(read, { folder, environment: ENVIRONMENT });
  expect(job.name).toBe(name.replace(".yaml", ""));
});

test.each(examples)("examples/%s asks the server that --set base=… names", async (name) => {
  const read = await readJob(textOf(`examples/${name}`), {
    name,
    set: ["base=http://localhost:8080/x"],
  });
  const folder = join(ROOT, "examples");
  const { steps } = await compileJob(read, { folder, environment: ENVIRONMENT });
  for (const { url } of steps) expect(url.text).toMatch(/^http:\/\/localhost:8080\/x\//);
});

/** What only the text shows, or a reader of quantities and expressions. */
const UNSEEN =
  /alias|merge key|without a value|empty file|more than a word|leading zero|rate|duration|status|size that|empty expression/;

test.each([...WRONG_KEYS, ...WRONG_VALUES].filter(({ what }) => !UNSEEN.test(what)))(
  "an editor marks $what",
  ({ text }) => {
    const marked = shipped.safeParse(parse(text.replace("▸", ""), { logLevel: "silent" }));
    expect(marked.success).toBe(false);
  },
);

type Mutable<Value> = Value extends (...args: never) => unknown
  ? Value
  : Value extends object
    ? { -readonly [Key in keyof Value]: Mutable<Exclude<Value[Key], undefined>> }
    : Value;

test("the type of a job and its schema agree on every key", () => {
  type Written = Mutable<z.output<typeof jobSchema>>;
  type Declared = Mutable<Job>;
  expectTypeOf<keyof Written>().toEqualTypeOf<keyof Declared>();
  expectTypeOf<keyof Written["steps"][number]>().toEqualTypeOf<keyof Declared["steps"][number]>();
  expectTypeOf<keyof Required<Written>["limits"]>().toEqualTypeOf<
    keyof Required<Declared>["limits"]
  >();
  expectTypeOf<z.output<typeof jobSchema>["cookies"]>().toEqualTypeOf<Job["cookies"] | undefined>();
});

test("a job of a program is checked as a file is, and its expressions may be functions", async () => {
  const job = defineJob({
    base: "https://a.test",
    steps: [
      { id: "list", url: "/list", each: (answer) => answer.json() },
      { for: "list", url: "/{id}", filter: (row) => row["id"] !== 1, save: "{id}.json" },
    ],
  });
  const read = await readJobModule({ default: job }, { name: "job.ts" });
  const { steps } = await compileJob(read, { folder: ROOT, environment: {} });
  expect(steps.map(({ columns }) => columns)).toEqual([[], undefined]);
  expect(steps[1]!.filter!({ id: 1 })).toBe(false);
});

test("a wrong job of a program is told by its file and its field", async () => {
  const job = { steps: [{ url: "https://a.test/", eech: "a" }] };
  await expect(readJobModule({ job }, { name: "job.ts" })).rejects.toThrow(
    'job.ts: steps[0].eech is not a key of a step; did you mean "each"?',
  );
  await expect(readJobModule({}, { name: "job.ts" })).rejects.toThrow("job.ts exports no job");
});

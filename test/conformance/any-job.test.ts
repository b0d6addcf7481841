import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";

import { UsageError } from "../../src/core/usage-error.ts";
import { compileJob } from "../../src/jobs/compile-job.ts";
import { readJob, readJobModule } from "../../src/jobs/job-file.ts";
import { ROOT, textOf } from "../house/repo.ts";

const examples = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".yaml"));
const texts = examples.map((name) => textOf(`examples/${name}`).replaceAll(/^#.*\n/gm, ""));

const options = { folder: join(ROOT, "examples"), environment: { GOOGLE_MAPS_KEY: "k" } };

/** Signs that mean something to YAML or to a template. */
const SIGNS = [
  ..."{ } [ ] : , * & ! | > ' \" # % @ ` ~ - ? $ \\".split(" "),
  ...["\n", "\t", " ", "\ufeff", "\u0000", "\r\n", "{{", "${X}", "<<: *a"],
];

const edit = fc.record({
  at: fc.nat(),
  remove: fc.nat({ max: 12 }),
  put: fc.oneof(fc.constantFrom(...SIGNS), fc.string({ maxLength: 6 })),
});

/** One line, with the file's name before it. */
const SENTENCE = /^job\.yaml[^\n]*$/;

test("a job with any slip is a job still, or is told in one sentence", async () => {
  let wrong = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...texts),
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      async (text, edits) => {
        let slipped = text;
        for (const { at, remove, put } of edits) {
          const from = at % (slipped.length + 1);
          slipped = slipped.slice(0, from) + put + slipped.slice(from + remove);
        }
        try {
          await compileJob(await readJob(slipped, { name: "job.yaml" }), options);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect((error as Error).message).toMatch(SENTENCE);
          wrong += 1;
        }
      },
    ),
    { seed: 7, numRuns: 1500 },
  );
  expect(wrong).toBeGreaterThan(500);
});

const keys = fc.constantFrom(
  ...["steps", "url", "for", "each", "rows", "params", "paginate", "kind", "batch", "auth", "id"],
  ...[
    "limits",
    "rules",
    "pick",
    "json",
    "form",
    "headers",
    "vars",
    "zip",
    "then",
    "when",
    "constructor",
  ],
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom("a", "{a}", "auto", "https://a.test/", "", "cursor", null, true, 0, 1.5),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(keys, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

test("a value of any shape is a job, or is told in one sentence", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 3 }), value, async (steps, more) => {
      const job = Object.assign({}, more, { steps });
      try {
        await compileJob(await readJobModule({ job }, { name: "job.yaml" }), options);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).toMatch(SENTENCE);
      }
    }),
    { seed: 7, numRuns: 1500 },
  );
});

import { expect, expectTypeOf, test } from "vitest";

import { compileJob } from "./compile-job.ts";
import { defineStep } from "./define-step.ts";
import { readJobModule } from "./job-file.ts";
import { type Job, defineJob } from "./job.ts";

interface Player {
  readonly id: number;
  readonly name: string;
}

const players = defineStep({
  id: "players",
  rows: [{ season: "2016-17" }, { season: "2017-18" }],
  url: "/players",
  params: ({ season }) => ({ season }),
  each: (answer) => answer.json() as readonly Player[],
});
const player = defineStep({
  id: "player",
  for: players,
  url: "/player/{id}",
  filter: (row) => row.name !== "" && row.season !== "",
  params: (row) => ({ id: row.id, season: row.season }),
});

async function compiled(job: unknown) {
  const read = await readJobModule({ default: job }, { name: "job.ts" });
  return await compileJob(read, { folder: ".", environment: {} });
}

test("the functions of a step are typed by the step that it is for", () => {
  type Row = Parameters<Exclude<typeof player.filter, string | undefined>>[0];
  expectTypeOf(players).not.toBeAny();
  expectTypeOf<Row>().not.toBeAny();
  defineStep({
    id: "other",
    for: players,
    url: "/x",
    filter(row) {
      expectTypeOf(row.id).toEqualTypeOf<number>();
      expectTypeOf(row.season).toEqualTypeOf<string>();
      return true;
    },
    // @ts-expect-error -- there is no such column
    params: (row) => ({ id: row.nmae as string }),
  });
  expect(player.for).toBe(players);
});

test("a step that names another by itself is one that names its id", async () => {
  const { steps } = await compiled(
    defineJob({ base: "https://x.example", steps: [players, player] }),
  );
  expect(steps.map(({ id, parents }) => [id, parents.kind, parents.ids])).toEqual([
    ["players", "none", []],
    ["player", "one", ["players"]],
  ]);
});

test("a step that names one which the job does not have is refused", async () => {
  const job = { base: "https://x.example", steps: [player] };
  await expect(compiled(job)).rejects.toThrow('job.ts: steps[0].for names no step: "players"');
});

test("what is no function and no mapping is refused as in a file", async () => {
  const job = { base: "https://x.example", steps: [{ url: "/x", params: 3 }] } as unknown as Job;
  await expect(compiled(job)).rejects.toThrow("steps[0].params must be a mapping");
});

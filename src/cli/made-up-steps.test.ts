import { expect, test } from "vitest";

import { compileJob } from "../jobs/compile-job.ts";
import { readJob } from "../jobs/job-file.ts";
import type { SeenRequest } from "../rehearsal/seen-request.ts";
import { madeUpSteps } from "./made-up-steps.ts";

async function answerOf(steps: string, target: string, body = ""): Promise<unknown> {
  const read = await readJob(`base: https://a.test/v1\nsteps:\n${steps}`, { name: "job.yaml" });
  const job = await compileJob(read, { folder: ".", environment: {} });
  const [path = "", search = ""] = target.split("?");
  const asked = { path, query: new URLSearchParams(search), body } as SeenRequest;
  return JSON.parse(madeUpSteps(job)(asked, 1).text);
}

const PLAYERS = `
  - { id: list, url: "/players{?season}", params: { season: "1" }, each: "sets[0].rows[*].{id: [0], name: [2]}" }
  - { for: list, url: "/player/{id}", pick: { city: born.city } }`;

test("a list has items in which its expression finds all members", async () => {
  const answer = (await answerOf(PLAYERS, "/v1/players?season=1")) as {
    readonly sets: readonly { readonly rows: readonly (readonly unknown[])[] }[];
  };
  const { rows } = answer.sets[0]!;
  expect(rows).toHaveLength(20);
  expect(rows[4]).toEqual(["id-5", "name-5", "name-5"]);
});

test("an answer has what is picked of it", async () => {
  expect(await answerOf(PLAYERS, "/v1/player/id-7")).toEqual({ born: { city: "city-1" } });
});

test("a list in pages has one page, and says how many there are where it is asked", async () => {
  const pages = `
  - { url: /l, paginate: { kind: page, into: page, last: meta.pages, items: data }, each: "data[*].{id: id}" }`;
  expect(await answerOf(pages, "/v1/l")).toMatchObject({ meta: { pages: 1 } });
  expect(await answerOf(pages, "/v1/l?page=2")).toMatchObject({ data: [] });
});

test("a batch has an answer for each of its rows, by its key", async () => {
  const names = `
  - { rows: [a, b], url: /n, batch: { size: 2, value: "{value}", into: "name[]", pair: name }, pick: { gender: gender } }`;
  expect(await answerOf(names, "/v1/n?name[]=a&name[]=b")).toEqual([
    { name: "a", gender: "gender-1" },
    { name: "b", gender: "gender-2" },
  ]);
  const sent = `
  - { rows: [1, 2], url: /n, json: {}, batch: { size: 2, value: "{value}", into: "json:ids", items: found, pair: id } }`;
  expect(await answerOf(sent, "/v1/n", '{"ids":[1,2]}')).toEqual({
    found: [{ id: 1 }, { id: 2 }],
  });
});

test("a list that nothing can be made up for is told", async () => {
  const steps = `
  - { id: list, url: /l, each: "sort(a)" }
  - { for: list, url: "/x/{+id}" }`;
  await expect(answerOf(steps, "/v1/l")).rejects.toThrow(
    "nothing can be made up for sort(a), the rows of the step list; give an answer with --answers FILE",
  );
});

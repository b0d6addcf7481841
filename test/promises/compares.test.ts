import { expect, test } from "vitest";

import type { Comparison, Measurement } from "../../src/report/compare.ts";
import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

interface Told extends Comparison {
  readonly title: string;
  readonly connections: string;
  readonly runs: Readonly<Record<"sequential" | "concurrent", readonly Measurement[]>>;
}

const TWICE = ["--repetitions", "2", "--format", "json"];
/** One warm-up and two repetitions, each in both modes. */
const TIMES = 6;

test("a job's steps are measured together, with rows that were asked for once", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const job = `base: ${world.url}
name: twelve
steps:
  - { id: list, rows: [1, 2], url: "/json/{value}", each: "[*].{id: @}", output: list.csv }
  - { id: one, rows: [1, 2, 3], url: "/slow/5ms/json/{value}", each: "{n: @}", save: "files/{value}.json" }
  - { for: one, url: "/json/last-{n}", limits: { perHost: 2 }, output: last.jsonl }
`;
  await folder.write("job.yaml", job);
  const ended = await fanfetch("compare", "run", "job.yaml", ...TWICE).in(folder);
  expect(ended.exitCode, ended.stderr).toBe(0);
  const told = JSON.parse(ended.stdout) as Told;
  expect(told).toMatchObject({ repetitions: 2, requests: 8, failed: 0, connections: "kept open" });
  expect(told.runs.concurrent).toHaveLength(2);
  const paths = Map.groupBy(world.seen.requests(), ({ path }) => path);
  expect(paths.get("/json/1")).toHaveLength(TIMES);
  expect(paths.get("/slow/5ms/json/1"), "the rows of the last step, once").toHaveLength(TIMES + 1);
  expect(paths.get("/json/last-3")).toHaveLength(TIMES);
  expect(await folder.names()).toEqual(["job.yaml"]);
});

test("a job whose list has no answer has no comparison", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const job = `base: ${world.url}
steps:
  - { id: list, url: /status/404, each: "[*].{id: @}" }
  - { for: list, url: "/json/{id}" }
`;
  await folder.write("job.yaml", job);
  const ended = await fanfetch("compare", "run", "job.yaml", ...TWICE).in(folder);
  expect(ended).toMatchObject({ exitCode: 1, stdout: "" });
  expect(ended.stderr).toContain("the step list has no answer");
});

test("a crawl is measured from its start each time, and leaves no book", async () => {
  await using world = await startWorld({ stories: { bookMs: 2, crawlDelayMs: 0 } });
  await using folder = await temporaryFolder();
  await folder.write("book.pdf", "mine");
  const words = ["compare", "crawl", world.at("/book/"), "--merge", "book.pdf", ...TWICE];
  const ended = await fanfetch(...words).in(folder);
  // What is measured is written nowhere.
  expect(JSON.parse(ended.stdout)).toMatchObject({ title: "1 URL" });
  expect(ended.exitCode, ended.stderr).toBe(0);
  const told = JSON.parse(ended.stdout) as Told;
  expect(told).toMatchObject({ failed: 0, connections: "opened anew" });
  const paths = Map.groupBy(world.seen.requests(), ({ path }) => path);
  expect(paths.get("/book/")).toHaveLength(TIMES);
  expect(paths.get("/book/chapters/12.pdf")).toHaveLength(TIMES);
  expect(await folder.names()).toEqual(["book.pdf"]);
  expect(await folder.read("book.pdf")).toBe("mine");
});

test.each([
  [["compare", "crawl", "http://a.test/", "-o", "files/"], /writes no answers; leave --output out/],
  [["compare", "run"], /run needs a job file/],
  [["compare", "run", "none.yaml"], /none\.yaml/],
] as const)("%s is one sentence and exit code 2", async (words, sentence) => {
  const refused = await fanfetch(...words);
  expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  expect(refused.stderr).toMatch(sentence);
});

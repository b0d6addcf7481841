import { readdir } from "node:fs/promises";

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { play, refuse } from "../support/played-server.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";

/** Lists of which some fail, and things of which some do. */
async function serve() {
  const failing = new Set(["/list/a", "/list/c", "/thing/b2"]);
  const server = await play((url, _request, response) => {
    if (failing.has(url.pathname)) refuse(response, 404);
    const [, kind, name] = url.pathname.split("/");
    return kind === "list" ? [{ id: `${name}1` }, { id: `${name}2` }] : { name };
  });
  return { ...server, failing };
}

const JOB = (url: string): string => `
base: ${url}
steps:
  - { id: list, rows: [a, b, c, d], url: "/list/{value}", each: "@" }
  - { id: thing, for: list, url: "/thing/{id}", pick: name, output: out.jsonl }
`;

async function namesIn(folder: TemporaryFolder): Promise<readonly string[]> {
  const lines = (await folder.read("out.jsonl")).trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { name: string }).name);
}

async function rowsOf(folder: TemporaryFolder): Promise<readonly string[]> {
  const [run] = await readdir(`${folder.path}/.fanfetch`);
  const text = await folder.read(`.fanfetch/${run!}/steps/1-list/rows.jsonl`);
  return text
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { id: string }).id);
}

test("retry reaches the lists of a job: what they give is asked for, nothing that was answered is asked twice", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  await folder.write("job.yaml", JOB(server.url));
  const first = await fanfetch("run", "job.yaml").in(folder);
  expect(first.exitCode).toBe(1);
  expect(await rowsOf(folder)).toEqual(["b1", "b2", "d1", "d2"]);
  server.targets.length = 0;
  server.failing.delete("/list/a");
  const second = await fanfetch("retry").in(folder);
  expect(second.exitCode).toBe(1);
  expect(server.targets.toSorted()).toEqual(
    ["/list/a", "/list/c", "/thing/a1", "/thing/a2", "/thing/b2"].toSorted(),
  );
  // What came later stands behind what was there, so that no row is another one by now.
  expect(await rowsOf(folder)).toEqual(["b1", "b2", "d1", "d2", "a1", "a2"]);
  server.targets.length = 0;
  server.failing.clear();
  const third = await fanfetch("retry").in(folder);
  expect(third.exitCode, third.stderr).toBe(0);
  expect(server.targets.toSorted()).toEqual(["/list/c", "/thing/b2", "/thing/c1", "/thing/c2"]);
  expect(await rowsOf(folder)).toEqual(["b1", "b2", "d1", "d2", "a1", "a2", "c1", "c2"]);
  expect((await namesIn(folder)).toSorted()).toEqual([
    "a1",
    "a2",
    "b1",
    "b2",
    "c1",
    "c2",
    "d1",
    "d2",
  ]);
  const verified = await fanfetch("verify").in(folder);
  expect(verified.exitCode, verified.stdout).toBe(0);
});

test("a retry that was stopped between a list and what it lists goes on with both", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  await folder.write("job.yaml", JOB(server.url));
  await fanfetch("run", "job.yaml").in(folder);
  server.failing.clear();
  server.targets.length = 0;
  const stopped = await fanfetch("retry", "--max-requests", "2").in(folder);
  expect(stopped.exitCode).toBe(3);
  const resumed = await fanfetch("resume").in(folder);
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(server.targets.toSorted()).toEqual([
    "/list/a",
    "/list/c",
    "/thing/a1",
    "/thing/a2",
    "/thing/b2",
    "/thing/c1",
    "/thing/c2",
  ]);
  expect(await rowsOf(folder)).toEqual(["b1", "b2", "d1", "d2", "a1", "a2", "c1", "c2"]);
});

test("a list whose rows are joined with another's is left as it is", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  const job = `
base: ${server.url}
steps:
  - { id: one, rows: [a, b], url: "/list/{value}", each: "@" }
  - { id: two, rows: [d], url: "/list/{value}", each: "@" }
  - { id: both, for: [one, two], url: "/thing/{one.id}{two.id}", pick: name, output: out.jsonl }
`;
  await folder.write("job.yaml", job);
  await fanfetch("run", "job.yaml").in(folder);
  server.failing.clear();
  server.targets.length = 0;
  await fanfetch("retry").in(folder);
  expect(server.targets).toEqual([]);
});

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

const START = "/web-book/notes/1.html";
/** The circle of notes: the first links to all. */
const NOTES = 22;
const crawl = (url: string, ...more: readonly string[]) =>
  fanfetch("crawl", url, "--drop", "sid", "--no-robots", "-o", "site/", ...more);

function paths(world: { readonly seen: { requests(): readonly { readonly path: string }[] } }) {
  return world.seen.requests().map(({ path }) => path);
}

test("stopped by a cap, it goes on with what is owed and asks for nothing twice", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const stopped = await crawl(world.at(START), "--max-requests", "7").in(folder);
  expect(stopped.exitCode).toBe(3);
  expect(stopped.stderr).toContain("nothing lost");
  expect(world.seen.total).toBe(7);
  const ended = await fanfetch("resume").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toContain(`${NOTES} inputs = ${NOTES} answered`);
  expect(new Set(paths(world)).size).toBe(NOTES);
  expect(world.seen.total).toBe(NOTES);
  expect(await fanfetch("verify").in(folder)).toMatchObject({ exitCode: 0 });
});

test("interrupted while it waits for pages, it ends and goes on", async () => {
  await using world = await startWorld({ stories: { bookMs: 40 } });
  await using folder = await temporaryFolder();
  const stopped = await crawl(world.at(START), "--per-host", "2")
    .in(folder)
    .kill("SIGINT")
    .after(world.seen.reached(4));
  expect(stopped.exitCode).toBe(130);
  expect(await fanfetch("resume").in(folder)).toMatchObject({ exitCode: 0 });
  expect(world.seen.total).toBe(NOTES);
});

test("what failed is asked again by retry, and its links are then followed", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const url = world.at("/status/404/then/json/1");
  expect(await crawl(url, "--retries", "0").in(folder)).toMatchObject({ exitCode: 1 });
  expect(await fanfetch("retry").in(folder)).toMatchObject({ exitCode: 0 });
  expect(world.seen.total).toBe(2);
});

test("with records on stdout it keeps nothing, and memory holds its list", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const ended = await fanfetch("crawl", world.at(START), "--drop", "sid", "--no-robots").in(folder);
  expect(ended.exitCode).toBe(0);
  const records = ended.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records.length).toBe(NOTES);
  expect(records[0]).toMatchObject({ url: world.at(START), kind: "page", depth: 0, status: 200 });
  expect(records[0].sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(await folder.names()).toEqual([]);
});

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { type Played, play } from "../support/played-server.ts";
import { rawPages, rawPdf } from "../support/raw-pdf.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";
import { startVersionedSite, type VersionedPage } from "../support/versioned-site.ts";

/** A list and what it lists, each with an ETag; `answers` tells `304 /one/1`. */
async function playVersions(state: {
  ids: readonly number[];
  readonly values: Map<number, string>;
}): Promise<Played & { readonly answers: string[] }> {
  const answers: string[] = [];
  const server = await play((url, { headers }, response) => {
    const id = Number(url.pathname.split("/")[2]);
    const body = JSON.stringify(
      url.pathname === "/list"
        ? state.ids.map((one) => ({ id: one }))
        : { id, value: state.values.get(id) ?? "first" },
    );
    const etag = `W/"${createHash("sha1").update(body).digest("hex")}"`;
    const isHad = headers["if-none-match"] === etag;
    response.writeHead(isHad ? 304 : 200, { etag, "content-type": "application/json" });
    answers.push(`${response.statusCode} ${url.pathname}`);
    return response.end(isHad ? undefined : body);
  });
  return Object.assign(server, { answers });
}

function takeAnswers({ answers }: { readonly answers: string[] }): readonly string[] {
  return answers.splice(0).toSorted();
}

async function writeJob(folder: TemporaryFolder, url: string, outputs: string): Promise<void> {
  await folder.write(
    "job.yaml",
    `base: ${url}
steps:
  - { id: list, url: /list, each: "@" }
  - { id: one, for: list, url: "/one/{id}", ${outputs} }
`,
  );
}

const run = (...more: readonly string[]) => fanfetch("run", "job.yaml", ...more);

test("what has a version is asked about: 304 is as before, and words, summary, file and exit code tell", async () => {
  const state = { ids: [1, 2, 3, 4], values: new Map<number, string>() };
  await using server = await playVersions(state);
  await using folder = await temporaryFolder();
  await writeJob(folder, server.url, 'save: "out/{id}.json"');
  await run().in(folder);
  takeAnswers(server);
  const kept = await stat(join(folder.path, "out/1.json"), { bigint: true });
  const same = await run("--changed", "--exit-on-change").in(folder);
  expect(same.exitCode).toBe(0);
  expect(same.stderr).toContain("one: 0 new, 0 changed, 4 unchanged, 0 gone");
  expect(takeAnswers(server)).toEqual([
    ...["304 /list", "304 /one/1", "304 /one/2", "304 /one/3", "304 /one/4"],
  ]);
  state.ids = [1, 2, 3, 5];
  state.values.set(2, "second");
  const again = await run(
    "--changed",
    "--exit-on-change",
    "--changes",
    "c.csv",
    "--summary",
    "s.json",
  ).in(folder);
  expect(again.exitCode).toBe(8);
  expect(again.stderr).toContain("one: 1 new, 1 changed, 2 unchanged, 1 gone");
  expect(takeAnswers(server)).toEqual([
    ...["200 /list", "200 /one/2", "200 /one/5", "304 /one/1", "304 /one/3"],
  ]);
  expect(
    (await folder.read("c.csv"))
      .trimEnd()
      .split("\n")
      .map((line) => line.split(",").slice(0, 3)),
  ).toEqual([
    ["change", "by", "step"],
    ["changed", "content", "one"],
    ["gone", "answer", "one"],
    ["new", "answer", "one"],
  ]);
  const { changes } = JSON.parse(await folder.read("s.json"));
  const counts = { new: 1, changed: 1, gone: 1, unchanged: 2, failed: 0, unanswered: 0 };
  expect(changes).toEqual({ ...counts, steps: { one: counts } });
  expect(JSON.parse(await folder.read("out/2.json"))).toEqual({ id: 2, value: "second" });
  const after = await stat(join(folder.path, "out/1.json"), { bigint: true });
  expect([after.mtimeNs, after.ino]).toEqual([kept.mtimeNs, kept.ino]);
  expect(await fanfetch("verify").in(folder)).toMatchObject({ exitCode: 0 });
});

test("records of what was kept are the same over a 304", async () => {
  const state = { ids: [1, 2], values: new Map<number, string>() };
  await using server = await playVersions(state);
  await using folder = await temporaryFolder();
  await writeJob(folder, server.url, "pick: { value: value }, keep: true, output: out.jsonl");
  await run("--order", "input").in(folder);
  const before = await folder.read("out.jsonl");
  takeAnswers(server);
  await run("--changed", "--order", "input").in(folder);
  expect(takeAnswers(server)).toEqual(["304 /list", "304 /one/1", "304 /one/2"]);
  expect(await folder.read("out.jsonl")).toBe(before);
});

test("a first run with --changed is all new, and its file says so", async () => {
  const state = { ids: [1, 2], values: new Map<number, string>() };
  await using server = await playVersions(state);
  await using folder = await temporaryFolder();
  await writeJob(folder, server.url, 'save: "out/{id}.json"');
  const first = await run("--changed", "--changes", "c.jsonl", "--exit-on-change").in(folder);
  expect(first.exitCode).toBe(8);
  expect(first.stderr).toContain("one: 2 new, 0 changed, 0 unchanged, 0 gone");
  const lines = (await readFile(join(folder.path, "c.jsonl"), "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line).change)).toEqual(["new", "new"]);
});

test("a run that asks what has changed goes on after a stop and tells of all of it", async () => {
  const state = { ids: [1, 2, 3, 4], values: new Map<number, string>() };
  await using server = await playVersions(state);
  await using folder = await temporaryFolder();
  await writeJob(folder, server.url, 'save: "out/{id}.json"');
  await run().in(folder);
  takeAnswers(server);
  state.values.set(1, "second");
  const stopped = await run("--changed", "--exit-on-change", "--max-requests", "3").in(folder);
  expect(stopped.exitCode).toBe(3);
  const ended = await fanfetch("resume").in(folder);
  expect(ended.exitCode).toBe(8);
  expect(ended.stderr).toContain("one: 0 new, 1 changed, 3 unchanged, 0 gone");
  expect(takeAnswers(server).filter((line) => line.startsWith("200"))).toEqual(["200 /one/1"]);
});

test("pages and batches are asked anew, and their content tells what has changed", async () => {
  let text = "first";
  await using server = await play((url) => {
    if (url.pathname === "/batch") {
      return url.searchParams.getAll("id").map((id) => ({ id, text: id === "b" ? text : "" }));
    }
    const page = Number(url.searchParams.get("page") ?? 1);
    const isNewer = url.pathname === "/list/a" && page === 2;
    return { pages: 2, items: [{ id: page, text: isNewer ? text : "" }] };
  });
  await using folder = await temporaryFolder();
  await folder.write(
    "job.yaml",
    `
base: ${server.url}
steps:
  - { id: listed, rows: [a, b], url: "/list/{value}", keep: true, paginate: { kind: page, into: page, last: pages, items: items } }
  - { id: shared, rows: [a, b, c], url: /batch, keep: true, batch: { size: 3, into: id, value: "{value}", pair: id } }
`,
  );
  await run().in(folder);
  const asked = server.targets.splice(0).toSorted();
  expect(asked).toHaveLength(5);
  const same = await run("--changed", "--exit-on-change").in(folder);
  expect(same.exitCode).toBe(0);
  expect(server.targets.splice(0).toSorted()).toEqual(asked);
  text = "second";
  const other = await run("--changed", "--exit-on-change").in(folder);
  expect(other.exitCode).toBe(8);
  expect(other.stderr).toContain("listed: 0 new, 1 changed, 1 unchanged, 0 gone");
  expect(other.stderr).toContain("shared: 0 new, 1 changed, 2 unchanged, 0 gone");
});

test("a step that follows links asks what has changed too, and leaves its book as it was", async () => {
  const pdf = (pages: number): VersionedPage => ({
    body: rawPdf({ objects: rawPages(pages) }),
    type: "application/pdf",
  });
  await using server = await startVersionedSite({
    "/": '<a href="1.pdf">One</a><a href="2.pdf">Two</a>',
    "/1.pdf": pdf(1),
    "/2.pdf": pdf(2),
    "/robots.txt": { body: "", type: "text/plain", validator: "none" },
  });
  await using folder = await temporaryFolder();
  const job = `base: ${server.url}\nsteps: [{ id: book, url: /, merge: book.pdf }]\n`;
  await folder.write("job.yaml", job);
  expect(await run().in(folder)).toMatchObject({ exitCode: 0 });
  server.takeLog();
  const before = await stat(join(folder.path, "book.pdf"), { bigint: true });
  const same = await run("--changed", "--exit-on-change").in(folder);
  expect(same.exitCode, same.stderr).toBe(0);
  expect(same.stderr).toContain("book: 0 new, 0 changed, 3 unchanged, 0 gone");
  expect(same.stderr.match(/unchanged/g)).toHaveLength(1);
  expect(server.takeLog()).toEqual(["200 /robots.txt", "304 /", "304 /1.pdf", "304 /2.pdf"]);
  const after = await stat(join(folder.path, "book.pdf"), { bigint: true });
  expect([after.mtimeNs, after.ino]).toEqual([before.mtimeNs, before.ino]);
  server.pages.set("/2.pdf", pdf(3));
  const changed = await run("--changed", "--exit-on-change").in(folder);
  expect(changed.exitCode).toBe(8);
  expect(changed.stderr).toContain("book: 0 new, 1 changed, 2 unchanged, 0 gone");
});

test("what would tell of changes needs a run to compare with", async () => {
  await using folder = await temporaryFolder();
  await writeJob(folder, "http://127.0.0.1:9", 'save: "out/{id}.json"');
  for (const option of [["--changes", "c.csv"], ["--exit-on-change"]]) {
    const told = await run(...option).in(folder);
    expect(told.exitCode).toBe(2);
    expect(told.stderr).toContain("it needs --changed");
  }
});

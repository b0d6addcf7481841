import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { startSite } from "../support/site.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld, type World } from "../support/world.ts";

function startBooks(): Promise<World> {
  return startWorld({ stories: { bookMs: 2, crawlDelayMs: 0 } });
}

function timesAsked(world: World): readonly number[] {
  return [...Map.groupBy(world.seen.requests(), ({ path }) => path).values()].map(
    (times) => times.length,
  );
}

describe("a step that follows links", () => {
  test("binds the same book as the command does, and names what is missing", async () => {
    await using world = await startBooks();
    await using folder = await temporaryFolder();
    const words = ["crawl", world.at("/web-book/"), "--drop", "sid", "--retries", "1"];
    await fanfetch(...words, "--merge", "command.pdf").in(folder);
    const job = `base: ${world.url}
limits: { retries: 1, perHost: 4 }
steps: [{ id: book, url: /web-book/, drop: sid, merge: job.pdf }]
`;
    await folder.write("job.yaml", job);
    const ended = await fanfetch("run", "job.yaml").in(folder);
    expect(ended.exitCode, ended.stderr).toBe(1);
    expect(ended.stderr).toContain("job.pdf is bound: 31 of 34 chapters");
    expect(ended.stderr).toMatch(/missing: Chapter 21: [^\n]*404/);
    expect(ended.stderr).toContain("60 inputs = 56 answered + 3 failed + 1 skipped");
    const book = (name: string): Promise<Buffer> => readFile(join(folder.path, name));
    expect((await book("job.pdf")).equals(await book("command.pdf"))).toBe(true);

    const shown = await fanfetch("show").in(folder);
    expect(shown.stdout).toContain(`outputs\n  ${join(folder.path, "job.pdf")}\n`);
    const verified = await fanfetch("verify").in(folder);
    expect(verified.exitCode, verified.stdout).toBe(0);
  });

  test("goes on where a cap has stopped it, and asks for nothing twice", async () => {
    await using world = await startBooks();
    await using folder = await temporaryFolder();
    const job = `base: ${world.url}\nsteps: [{ url: /book/, merge: book.pdf }]\n`;
    await folder.write("job.yaml", job);
    const stopped = await fanfetch("run", "job.yaml", "--max-requests", "6").in(folder);
    expect(stopped.exitCode, stopped.stderr).toBe(3);
    expect(world.seen.total).toBe(6);
    expect(await folder.names()).not.toContain("book.pdf");
    const resumed = await fanfetch("resume").in(folder);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain("book.pdf is bound: 12 of 12 chapters");
    // robots.txt is asked for by each process.
    expect(timesAsked(world).filter((times) => times > 1)).toEqual([2]);
    const again = await fanfetch("run", "job.yaml").in(folder);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toContain("nothing was owed");
  });

  test("takes every key of a crawl, and stands beside other steps", async () => {
    await using site = await startSite({
      "/": '<nav><a href="a/1.html?sid=7">One</a></nav><a href="b.html">B</a>',
      "/a/1.html":
        '<h1>First</h1><a class=next href="2.html">on</a><a class=file href="1.txt">T</a>',
      "/a/2.html": '<h1>Second</h1><a class=file href="old/2.txt">T2</a>',
      "/a/1.txt": "one",
      "/list": '["x","y"]',
    });
    await using folder = await temporaryFolder();
    const job = `base: ${site.url}
headers: { user-agent: reader/2, x-token: "\${TOKEN}" }
steps:
  - id: pages
    url: /
    follow: css:nav
    next: a.next
    download: [a.file]
    exclude: "**/old/**"
    drop: sid
    depth: 3
    robots: ignore
    pick: { heading: "css:h1" }
    output: pages.jsonl
    save: "texts/{title}-{basename}"
  - { id: list, url: /list, output: list.jsonl }
`;
    await folder.write("job.yaml", job);
    const ended = await fanfetch("run", "job.yaml").env({ TOKEN: "hush-hush" }).in(folder);
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(site.requests.map(({ path }) => path).toSorted()).toEqual([
      ...["/", "/a/1.html", "/a/1.txt", "/a/2.html", "/list"],
    ]);
    const { headers } = site.requests[0]!;
    expect(headers).toMatchObject({ "user-agent": "reader/2", "x-token": "hush-hush" });
    expect(await folder.read("texts/T-1.txt")).toBe("one");
    const records = (await folder.read("pages.jsonl"))
      .trim()
      .split("\n")
      .map(
        (line) => JSON.parse(line) as { readonly kind: string; readonly heading: string | null },
      );
    expect(records.map(({ heading }) => heading)).toEqual(
      expect.arrayContaining([null, "First", "Second"]),
    );
    expect(ended.stderr).toContain("links not followed: 1 excluded");
    expect(await folder.names()).toContain("list.jsonl");
  });

  test("saves under names after the URLs where its output is a folder", async () => {
    await using world = await startBooks();
    await using folder = await temporaryFolder();
    const job = `base: ${world.url}\nsteps: [{ url: /book/, follow: a.contents, output: found/ }]\n`;
    await folder.write("job.yaml", job);
    const ended = await fanfetch("run", "job.yaml").in(folder);
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(await folder.names()).toEqual(
      expect.arrayContaining(["found/book/index.html", "found/book/contents.html"]),
    );
  });

  test("saves files under their server's names and times, equal ones once", async () => {
    const file = (name: string, body: string) => ({
      headers: {
        "content-disposition": `attachment; filename="${name}"`,
        "last-modified": "Sat, 03 Jan 2015 00:00:00 GMT",
      },
      body,
    });
    await using site = await startSite({
      "/": "<a href=/get?id=1>one</a> <a href=/get?id=2>two</a> <a href=/get?id=3>three</a>",
      "/get?id=1": file("one.txt", "equal"),
      "/get?id=2": file("two.txt", "equal"),
      "/get?id=3": file("three.txt", "another"),
    });
    await using folder = await temporaryFolder();
    const keys = "remoteHeaderName: true, remoteTime: true, dedupe: true, limits: { perHost: 1 }";
    const step = `{ url: /, download: a, output: found/, ${keys} }`;
    await folder.write("job.yaml", `base: ${site.url}\nsteps: [${step}]\n`);
    const ended = await fanfetch("run", "job.yaml").in(folder);
    expect(ended.exitCode, ended.stderr).toBe(0);
    const found = (await folder.names()).filter((name) => name.startsWith("found/"));
    expect(found).toEqual(["found/one.txt", "found/three.txt"]);
    expect((await stat(join(folder.path, found[0]!))).mtime.getUTCFullYear()).toBe(2015);
    const again = await fanfetch("run", "job.yaml", "--changed").in(folder);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toContain("4 unchanged");
    expect((await folder.names()).filter((name) => name.startsWith("found/"))).toEqual(found);
  });

  test("is planned and compared as a crawl is", async () => {
    await using world = await startBooks();
    await using folder = await temporaryFolder();
    const job = `base: ${world.url}\nsteps: [{ id: book, url: /book/, merge: book.pdf }]\n`;
    await folder.write("job.yaml", job);
    const planned = await fanfetch("plan", "run", "job.yaml", "--format", "json").in(folder);
    const [plan] = JSON.parse(planned.stdout) as { readonly pagesRead: number; step: string }[];
    expect(plan).toMatchObject({ step: "book", requests: 14, pagesRead: 2, sent: 3 });
    expect(world.seen.requests().some(({ path }) => path.endsWith(".pdf"))).toBe(false);
    const sampled = await fanfetch("plan", "run", "job.yaml", "--sample").in(folder);
    expect(sampled).toMatchObject({ exitCode: 2, stdout: "" });
    expect(world.seen.total).toBe(3);
    const words = ["compare", "run", "job.yaml", "--repetitions", "1", "--format", "json"];
    const compared = await fanfetch(...words).in(folder);
    expect(JSON.parse(compared.stdout)).toMatchObject({ requests: 15, connections: "opened anew" });
    expect(await folder.names()).toEqual(["job.yaml"]);
  });
});

test("plan run --sample asks a list, and then some of what it lists", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const job = `base: ${world.url}/stats
headers: { user-agent: Mozilla/5.0 }
steps:
  - id: players
    url: /commonallplayers?season=2016-17
    each: "resultSets[0].rowSet[*].{id: [0]}"
    output: players.csv
  - { for: players, url: "/commonplayerinfo?playerid={id}", save: "{id}.json" }
`;
  await folder.write("job.yaml", job);
  const told = await fanfetch("plan", "run", "job.yaml", "--sample", "--format", "json").in(folder);
  expect(told.exitCode, told.stderr).toBe(0);
  const [list, players] = JSON.parse(told.stdout) as { readonly sent: number }[];
  expect(list).toMatchObject({ requests: 1, sent: 1 });
  expect(players).toMatchObject({ requests: 490, owed: 490, sent: 4 });
  expect(world.seen.total).toBe(5);
  expect(await folder.names()).toEqual(["job.yaml"]);
});

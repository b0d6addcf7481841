import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { rawPages, rawPdf, rawStream } from "../support/raw-pdf.ts";
import { readBook } from "../support/read-book.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";
import { startVersionedSite, type VersionedPage } from "../support/versioned-site.ts";

const chapter = (pages: number, validator: VersionedPage["validator"] = "etag"): VersionedPage => ({
  body: rawPdf({ objects: rawPages(pages) }),
  type: "application/pdf",
  validator,
});

const contents = (...numbers: readonly number[]): string =>
  `<title>A Book</title>${numbers.map((number) => `<a href="${number}.pdf">Chapter ${number}</a>`).join("\n")}`;

const book = (url: string, ...more: readonly string[]) =>
  fanfetch("crawl", `${url}/`, "--no-robots", "--merge", "book.pdf", ...more);

const site = (url: string, ...more: readonly string[]) =>
  fanfetch("crawl", `${url}/`, "--no-robots", "-o", "site/", ...more);

/** The bytes of a file and when it was last written. */
async function stateOf(folder: TemporaryFolder, name: string): Promise<readonly [string, bigint]> {
  const path = join(folder.path, name);
  const { mtimeNs, ino } = await stat(path, { bigint: true });
  return [(await readFile(path)).toString("latin1"), mtimeNs + ino];
}

test("a second crawl of what has not changed downloads nothing and does not touch the book", async () => {
  await using server = await startVersionedSite({
    "/": contents(1, 2, 3),
    "/1.pdf": chapter(1),
    "/2.pdf": chapter(2, "last-modified"),
    "/3.pdf": chapter(3),
  });
  await using folder = await temporaryFolder();
  expect(await book(server.url).in(folder)).toMatchObject({ exitCode: 0 });
  expect(server.takeLog()).toEqual(["200 /", "200 /1.pdf", "200 /2.pdf", "200 /3.pdf"]);
  const before = await stateOf(folder, "book.pdf");
  for (const _again of ["second", "third"]) {
    const again = await book(server.url, "--summary", "sum.json").in(folder);
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain("0 new, 0 changed, 4 unchanged, 0 gone");
    expect(again.stderr).toContain("book.pdf is as it was: 3 of 3 chapters");
    expect(again.stderr).toContain("4 inputs = 4 answered + 0 failed + 0 skipped");
    expect(server.takeLog()).toEqual(["304 /", "304 /1.pdf", "304 /2.pdf", "304 /3.pdf"]);
    expect(await stateOf(folder, "book.pdf")).toEqual(before);
    expect(JSON.parse(await folder.read("sum.json")).changes).toMatchObject({
      ...{ new: 0, changed: 0, gone: 0, unchanged: 4 },
    });
    expect(await fanfetch("verify").in(folder)).toMatchObject({ exitCode: 0 });
  }
});

test("one chapter that has changed is downloaded anew, and the book is bound again", async () => {
  await using server = await startVersionedSite({
    "/": contents(1, 2),
    "/1.pdf": chapter(1),
    "/2.pdf": chapter(2),
  });
  await using folder = await temporaryFolder();
  await book(server.url).in(folder);
  server.takeLog();
  server.pages.set("/2.pdf", chapter(5));
  const again = await book(server.url, "--exit-on-change", "--changes", "c.jsonl").in(folder);
  expect(again.exitCode).toBe(8);
  expect(again.stderr).toContain("0 new, 1 changed, 2 unchanged, 0 gone");
  expect(server.takeLog()).toEqual(["200 /2.pdf", "304 /", "304 /1.pdf"]);
  const { document } = await readBook(await readFile(join(folder.path, "book.pdf")));
  expect(document.getPageCount()).toBe(7);
  expect(JSON.parse(await folder.read("c.jsonl"))).toMatchObject({
    ...{ change: "changed", by: "content", key: `${server.url}/2.pdf` },
  });
  expect(await book(server.url, "--exit-on-change").in(folder)).toMatchObject({ exitCode: 0 });
});

test("chapters come and go with the page that lists them", async () => {
  await using server = await startVersionedSite({
    "/": contents(1, 2),
    "/1.pdf": chapter(1),
    "/2.pdf": chapter(2),
  });
  await using folder = await temporaryFolder();
  await book(server.url).in(folder);
  server.takeLog();
  server.pages.set("/", contents(2, 3)).set("/3.pdf", chapter(3));
  const again = await book(server.url).in(folder);
  expect(again.stderr).toContain("1 new, 1 changed, 1 unchanged, 1 gone");
  expect(server.takeLog()).toEqual(["200 /", "200 /3.pdf", "304 /2.pdf"]);
  const { document } = await readBook(await readFile(join(folder.path, "book.pdf")));
  expect(document.getPageCount()).toBe(6);
});

test("pages in a folder are asked about too, and links of those that stayed are followed", async () => {
  await using server = await startVersionedSite({
    "/": '<a href="/a.html">a</a>',
    "/a.html": '<a href="/b.html">b</a>',
    "/b.html": "b",
  });
  await using folder = await temporaryFolder();
  await site(server.url).in(folder);
  server.takeLog();
  const before = await stateOf(folder, "site/a.html");
  server.pages.set("/b.html", "other");
  const again = await site(server.url).in(folder);
  expect(again.stderr).toContain("0 new, 1 changed, 2 unchanged, 0 gone");
  expect(server.takeLog()).toEqual(["200 /b.html", "304 /", "304 /a.html"]);
  expect(await stateOf(folder, "site/a.html")).toEqual(before);
  expect(await folder.read("site/b.html")).toBe("other");
});

test("a file that was taken away or changed by hand is asked for as a whole", async () => {
  await using server = await startVersionedSite({
    "/": '<a href="/a.html">a</a><a href="/b.html">b</a>',
    "/a.html": "aaa",
    "/b.html": "bbb",
  });
  await using folder = await temporaryFolder();
  await site(server.url).in(folder);
  server.takeLog();
  await rm(join(folder.path, "site/a.html"));
  await folder.write("site/b.html", "xxx");
  const again = await site(server.url).in(folder);
  expect(again.stderr).toContain("0 new, 0 changed, 3 unchanged, 0 gone");
  expect(server.takeLog().filter((line) => line.startsWith("200"))).toEqual([
    "200 /a.html",
    "200 /b.html",
  ]);
  expect(await folder.read("site/a.html")).toBe("aaa");
  expect(await folder.read("site/b.html")).toBe("bbb");
});

test("a server that names no version is asked for everything; what is the same is not touched", async () => {
  const plain = (body: string): VersionedPage => ({ body, validator: "none" });
  await using server = await startVersionedSite({
    "/": plain('<a href="/a.html">a</a>'),
    "/a.html": plain("a"),
  });
  await using folder = await temporaryFolder();
  await site(server.url).in(folder);
  const before = await stateOf(folder, "site/a.html");
  server.takeLog();
  const again = await site(server.url).in(folder);
  expect(again.stderr).toContain("0 new, 0 changed, 2 unchanged, 0 gone");
  expect(server.takeLog()).toEqual(["200 /", "200 /a.html"]);
  expect(await stateOf(folder, "site/a.html")).toEqual(before);
});

test("a file of somebody else's at the place of a new page is not replaced, a crawl's own is", async () => {
  await using server = await startVersionedSite({
    "/": '<a href="/a.html">a</a>',
    "/a.html": "a",
    "/b.html": "b",
  });
  await using folder = await temporaryFolder();
  await site(server.url).in(folder);
  server.pages.set("/", "no links");
  await site(server.url).in(folder);
  expect(await folder.read("site/a.html")).toBe("a");
  server.pages.set("/", '<a href="/a.html">a</a>').set("/a.html", "back again");
  expect(await site(server.url).in(folder)).toMatchObject({ exitCode: 0 });
  expect(await folder.read("site/a.html")).toBe("back again");
  await folder.write("site/b.html", "mine");
  server.pages.set("/", '<a href="/b.html">b</a>');
  const refused = await site(server.url).in(folder);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("b.html exists and is not this run's");
  expect(await folder.read("site/b.html")).toBe("mine");
});

test("a second crawl that was stopped goes on as it was begun, and tells of all of it", async () => {
  const numbers = [1, 2, 3, 4, 5];
  await using server = await startVersionedSite({
    "/": contents(...numbers),
    ...Object.fromEntries(numbers.map((number) => [`/${number}.pdf`, chapter(number)])),
  });
  await using folder = await temporaryFolder();
  await book(server.url).in(folder);
  server.takeLog();
  server.pages.set("/1.pdf", chapter(7));
  const stopped = await book(server.url, "--max-requests", "3").in(folder);
  expect(stopped.exitCode).toBe(3);
  const ended = await fanfetch("resume").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toContain("0 new, 1 changed, 5 unchanged, 0 gone");
  const log = server.takeLog();
  expect(log).toHaveLength(6);
  expect(log.filter((line) => line.startsWith("200"))).toEqual(["200 /1.pdf"]);
});

test("a second crawl that was killed goes on by the same command", async () => {
  const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
  await using server = await startVersionedSite({
    "/": contents(...numbers),
    ...Object.fromEntries(numbers.map((number) => [`/${number}.pdf`, chapter(1 + (number % 3))])),
  });
  await using folder = await temporaryFolder();
  await book(server.url).in(folder);
  server.takeLog();
  const before = await stateOf(folder, "book.pdf");
  const killed = book(server.url, "--per-host", "1").in(folder).kill("SIGKILL");
  await killed.after(server.answered(10));
  const ended = await book(server.url).in(folder);
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toContain("0 new, 0 changed, 41 unchanged, 0 gone");
  expect(server.takeLog().filter((line) => !line.startsWith("304"))).toEqual([]);
  expect(await stateOf(folder, "book.pdf")).toEqual(before);
});

test("a file too large for memory is asked about and stays where it is", async () => {
  const large = (letter: string): VersionedPage => ({
    body: rawPdf({ objects: { ...rawPages(1), 9: rawStream(letter.repeat(2_500_000)) } }),
    type: "application/pdf",
  });
  await using server = await startVersionedSite({
    "/": contents(1, 2),
    "/1.pdf": large("a"),
    "/2.pdf": large("b"),
  });
  await using folder = await temporaryFolder();
  await site(server.url).in(folder);
  await book(server.url).in(folder);
  server.takeLog();
  const saved = await stateOf(folder, "site/1.pdf");
  const bound = await stateOf(folder, "book.pdf");
  server.pages.set("/2.pdf", large("c"));
  expect(await site(server.url).in(folder)).toMatchObject({ exitCode: 0 });
  expect(await stateOf(folder, "site/1.pdf")).toEqual(saved);
  expect(await folder.read("site/2.pdf")).toContain("cccc");
  server.pages.set("/2.pdf", large("b"));
  for (const _again of ["second", "third"]) {
    expect(await book(server.url).in(folder)).toMatchObject({ exitCode: 0 });
    expect(await stateOf(folder, "book.pdf")).toEqual(bound);
  }
  expect(server.takeLog().filter((line) => line.startsWith("200"))).toEqual(["200 /2.pdf"]);
});

test("what a redirect leads to is asked about where it answered", async () => {
  await using server = await startVersionedSite({
    "/": '<a href="/old.html">old</a>',
    "/old.html": { body: "", status: 302, location: "/new.html", validator: "none" },
    "/new.html": "moved here",
  });
  await using folder = await temporaryFolder();
  await site(server.url).in(folder);
  server.takeLog();
  const again = await site(server.url).in(folder);
  expect(again.stderr).toContain("0 new, 0 changed, 2 unchanged, 0 gone");
  expect(server.takeLog()).toEqual(["302 /old.html", "304 /", "304 /new.html"]);
});

test("what is not sent again does not count as received", async () => {
  await using server = await startVersionedSite({
    "/": '<a href="/a.html">a</a>',
    "/a.html": '<a href="/b.html">b</a>',
    "/b.html": "b",
  });
  await using folder = await temporaryFolder();
  await site(server.url).in(folder);
  const again = await site(server.url, "--max-bytes", "10").in(folder);
  expect(again.exitCode).toBe(0);
  expect(again.stderr).toContain("3 inputs = 3 answered");
});

test("--force, and a run in a directory of its own, ask without a condition", async () => {
  await using server = await startVersionedSite({ "/": "a page" });
  await using folder = await temporaryFolder();
  await site(server.url).in(folder);
  expect(await site(server.url, "--force").in(folder)).toMatchObject({ exitCode: 0 });
  expect(server.takeLog()).toEqual(["200 /", "200 /"]);
  await site(server.url, "--run", "mine", "--force").in(folder);
  server.takeLog();
  const again = await site(server.url, "--run", "mine").in(folder);
  expect(again.stderr).toContain("nothing is owed");
  expect(server.takeLog()).toEqual([]);
});

test("a 304 to whoever set no condition is a failure, first and second time", async () => {
  await using server = await startVersionedSite({
    "/": '<a href="/odd.html">odd</a>',
    "/odd.html": { body: "", status: 304, validator: "none" },
  });
  await using folder = await temporaryFolder();
  for (const _time of ["first", "second"]) {
    const ended = await site(server.url, "--retries", "0").in(folder);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain("1 failed: 1 status 304");
  }
});

test("a chapter that is not answered this time is named, and is new when it is back", async () => {
  await using server = await startVersionedSite({
    "/": contents(1, 2),
    "/1.pdf": chapter(1),
    "/2.pdf": chapter(2),
  });
  await using folder = await temporaryFolder();
  await book(server.url).in(folder);
  server.pages.set("/2.pdf", { ...chapter(2), status: 501 });
  const without = await book(server.url, "--retries", "0", "--exit-on-change").in(folder);
  expect(without.exitCode).toBe(1);
  expect(without.stderr).toContain(
    "0 new, 0 changed, 2 unchanged, 0 gone, 1 not answered this time",
  );
  expect(without.stderr).toContain("missing: Chapter 2: status 501");
  server.pages.set("/2.pdf", chapter(2));
  const back = await book(server.url).in(folder);
  expect(back.stderr).toContain("1 new, 0 changed, 2 unchanged, 0 gone");
  expect(back.stderr).toContain("book.pdf is bound: 2 of 2 chapters");
});

test.each([
  [["crawl", "http://127.0.0.1:9/", "--changes", "x.csv"], "it needs -o FOLDER/"],
  [["crawl", "http://127.0.0.1:9/", "-o", "s/", "--changes", "x.txt"], "names no format"],
  [
    ["crawl", "http://127.0.0.1:9/", "-o", "s/", "--changes", "no/x.csv"],
    "its folder does not exist",
  ],
  [["crawl", "http://127.0.0.1:9/", "-o", "s/", "--changes", "mine.csv"], "holds no changes"],
])("%j is wrong use: %s", async (words, sentence) => {
  await using folder = await temporaryFolder();
  await folder.write("mine.csv", "a,b\n1,2\n");
  const told = await fanfetch(...words).in(folder);
  expect(told.exitCode).toBe(2);
  expect(told.stderr).toContain(sentence);
});

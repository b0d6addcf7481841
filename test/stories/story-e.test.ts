import { spawnSync } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { committedQuestions } from "../chaos/committed.ts";
import { fanfetch } from "../support/cli.ts";
import { readBook } from "../support/read-book.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";
import { startWorld, type World } from "../support/world.ts";

const CHAPTERS = Array.from({ length: 34 }, (_, index) => index + 1);
const MISSING = [13, 21, 29];
const THERE = CHAPTERS.filter((chapter) => !MISSING.includes(chapter));
/** A home page, two of contents, 22 notes, a log that robots.txt forbids. */
const PAGES = 26;
const AT_ONCE = 5;

function startSite(bookMs = 15): Promise<World> {
  return startWorld({ stories: { bookMs, crawlDelayMs: 0 } });
}

function crawl(world: World, ...more: readonly string[]) {
  return fanfetch(
    ...["crawl", world.at("/web-book/"), "--drop", "sid", "--merge", "book.pdf"],
    ...["--per-host", `${AT_ONCE}`, "--retries", "1", ...more],
  );
}

/** How often each path was asked for, but for the chapter that is always cut and asked for again. */
function timesAsked(world: World): Map<string, number> {
  const times = new Map<string, number>();
  for (const { path } of world.seen.requests()) times.set(path, (times.get(path) ?? 0) + 1);
  times.delete("/web-book/CHAPTERS/29.PDF");
  return times;
}

async function bookIn(folder: TemporaryFolder): Promise<Buffer> {
  return await readFile(join(folder.path, "book.pdf"));
}

test("one command makes a book of a site, in reading order, and names the chapters that are missing", async () => {
  await using world = await startSite();
  await using folder = await temporaryFolder();
  const ended = await crawl(world, "--summary", "s.json").in(folder);
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toMatch(/missing: Chapter 13: [^\n]*this is an HTML page, not a PDF/);
  expect(ended.stderr).toMatch(/missing: Chapter 21: [^\n]*404/);
  expect(ended.stderr).toMatch(/missing: Chapter 29: [^\n]*no whole answer came/);
  expect(ended.stderr.match(/missing: /g)?.length).toBe(MISSING.length);
  expect(ended.stderr).toContain("book.pdf is bound: 31 of 34 chapters");

  const { outline, document } = await readBook(await bookIn(folder));
  const titles = outline.map(({ title }) => title);
  const numbers = titles.map((title) => Number(/^Chapter (\d+): The /.exec(title)?.[1] ?? 0));
  expect(numbers.filter((number) => number > 0)).toEqual(THERE);
  const places = outline.slice(0, THERE.length).map(({ page }) => page!);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(document.getTitle()).toBe("The Web Book");

  const summary = JSON.parse(await folder.read("s.json"));
  const inputs = PAGES + CHAPTERS.length;
  expect(summary).toMatchObject({ inputs, failed: 3, skipped: 1, maxInFlight: AT_ONCE });
  expect(world.seen.mostAtOnce()).toBe(AT_ONCE);
  expect([...timesAsked(world)].filter(([, times]) => times > 1)).toEqual([]);
  expect(timesAsked(world).has("/web-book/private/log.html")).toBe(false);
});

const READERS = ["qpdf", "pdftotext"];
const isMissing = READERS.some((program) => spawnSync(program, ["--version"]).error !== undefined);

test.skipIf(isMissing)("other readers find the book whole, and its chapters in order", async () => {
  await using world = await startSite(0);
  await using folder = await temporaryFolder();
  await crawl(world).in(folder);
  const path = join(folder.path, "book.pdf");
  expect(spawnSync("qpdf", ["--check", path], { encoding: "utf8" })).toMatchObject({ status: 0 });
  const { stdout } = spawnSync("pdftotext", [path, "-"], { encoding: "utf8" });
  const first = [...stdout.matchAll(/Chapter (\d+), page 1$/gm)].map((match) => Number(match[1]));
  expect(first).toEqual(THERE);
});

test("one by one, the book has the same bytes; asked for again nothing is downloaded and it is not touched", async () => {
  await using world = await startSite(0);
  await using folder = await temporaryFolder();
  await using other = await temporaryFolder();
  await crawl(world).in(folder);
  const book = await bookIn(folder);
  world.seen.forget();
  expect(await crawl(world, "--mode", "sequential").in(other)).toMatchObject({ exitCode: 1 });
  expect(world.seen.mostAtOnce()).toBe(1);
  expect((await bookIn(other)).equals(book)).toBe(true);

  world.seen.forget();
  const { mtimeNs, ino } = await stat(join(folder.path, "book.pdf"), { bigint: true });
  const again = await crawl(world).in(folder);
  expect(again.stderr).toContain("book.pdf is as it was: 31 of 34 chapters");
  const asked = world.seen.requests();
  expect(asked.filter(({ status }) => status === 304)).toHaveLength(THERE.length);
  // What was missing is asked for again: it may be there by now.
  const sent = asked.filter(({ path, status }) => /pdf$/i.test(path) && status === 200);
  expect(sent.map(({ path }) => /(?:13|29)\.pdf$/i.test(path))).not.toContain(false);
  const left = await stat(join(folder.path, "book.pdf"), { bigint: true });
  expect([left.mtimeNs, left.ino]).toEqual([mtimeNs, ino]);
  expect((await bookIn(folder)).equals(book)).toBe(true);
});

test("a book of somebody else's is not replaced, and nothing is sent", async () => {
  await using world = await startSite();
  await using folder = await temporaryFolder();
  await folder.write("book.pdf", "mine");
  const ended = await crawl(world).in(folder);
  expect(ended.exitCode).toBe(2);
  expect(ended.stderr).toContain("book.pdf exists and is not this run's");
  expect(world.seen.total).toBe(0);
  expect(await folder.read("book.pdf")).toBe("mine");
});

test.each([3, 12, 31, 50])(
  "killed at its request %i, it goes on to the same book and asks for nothing committed",
  async (requests) => {
    await using world = await startSite();
    await using whole = await temporaryFolder();
    await using folder = await temporaryFolder();
    await crawl(world).in(whole);
    world.seen.forget();
    const killed = await crawl(world)
      .in(folder)
      .kill("SIGKILL")
      .after(world.seen.reached(requests));
    expect(killed.signal).toBe("SIGKILL");
    const done = await committedUrls(folder);
    world.seen.forget();
    expect(await fanfetch("resume").in(folder)).toMatchObject({ exitCode: 1 });
    const asked = world.seen.requests().map(({ path }) => world.at(path));
    expect(asked.filter((url) => done.has(url))).toEqual([]);
    expect((await bookIn(folder)).equals(await bookIn(whole))).toBe(true);
    const verified = await fanfetch("verify").in(folder);
    expect(verified).toMatchObject({ exitCode: 0 });
  },
);

/** URLs of the rows that the journal calls done. */
async function committedUrls(folder: TemporaryFolder): Promise<ReadonlySet<string>> {
  const [run = ""] = await readdir(join(folder.path, ".fanfetch"));
  const list = await readFile(join(folder.path, ".fanfetch", run, "input"), "utf8");
  const lines = list
    .slice(0, list.lastIndexOf("\n") + 1)
    .trimEnd()
    .split("\n");
  const rows = lines.map((line) => JSON.parse(line)).filter(({ line }) => line === "row");
  const urls = rows.map(({ url }) => url as string);
  return await committedQuestions(folder.path, urls);
}

import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { type Site, type SitePage, startSite } from "../support/site.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";

function called(field: string, body = field): SitePage {
  return { headers: { "content-disposition": field, "content-type": "text/plain" }, body };
}

/** The names of the files below a folder, dot-folders left out. */
async function filesIn(folder: TemporaryFolder, below: string): Promise<readonly string[]> {
  const names = await folder.names();
  return names
    .filter((name) => name.startsWith(`${below}/`) && /\.\w+$/.test(name))
    .map((name) => name.slice(below.length + 1))
    .toSorted();
}

function get(site: Site, paths: readonly string[], ...more: readonly string[]) {
  return fanfetch(
    "get",
    ...paths.map((path) => site.at(path)),
    "--save",
    "out/{basename}",
    ...more,
  );
}

const records = (text: string): readonly Record<string, unknown>[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("with -J files are called as their server calls them, safely, and else by the template", async () => {
  await using site = await startSite({
    "/1": called('attachment; filename="report.txt"'),
    "/2": called("attachment; filename*=UTF-8''na%C3%AFve.txt"),
    "/3": called('attachment; filename="../../etc/passwd.txt"'),
    "/4": called("attachment; filename*=UTF-8''..%2f..%5c.profile"),
    "/5": called('attachment; filename="a\\\\b:c?.txt"'),
    "/plain.txt": "plain",
  });
  await using folder = await temporaryFolder();
  const paths = ["/1", "/2", "/3", "/4", "/5", "/plain.txt"];
  const ended = await get(site, paths, "-J", "-o", "out.jsonl", "--order", "input").in(folder);
  expect(ended.exitCode, ended.stderr).toBe(0);
  const files = records(await folder.read("out.jsonl")).map(({ file }) => file as string);
  expect(files.slice(0, 3)).toEqual(["out/report.txt", "out/naïve.txt", "out/passwd.txt"]);
  expect(files[3]).toMatch(/^out\/_profile~\w+$/);
  expect(files[4]).toMatch(/^out\/b_c_~\w+\.txt$/);
  expect(files[5]).toBe("out/plain.txt");
  for (const file of files) expect((await stat(join(folder.path, file))).isFile()).toBe(true);
  expect((await folder.names()).filter((name) => /passwd|profile/.test(name))).toHaveLength(2);
  expect(await fanfetch("verify").in(folder)).toMatchObject({ exitCode: 0 });
  const explained = await fanfetch("explain", "1").in(folder);
  expect(explained.stdout).toContain("report.txt");
});

test("without -J a server's name for its file means nothing", async () => {
  await using site = await startSite({ "/mine.txt": called('attachment; filename="theirs.txt"') });
  await using folder = await temporaryFolder();
  expect(await get(site, ["/mine.txt"]).in(folder)).toMatchObject({ exitCode: 0 });
  expect(await filesIn(folder, "out")).toEqual(["mine.txt"]);
});

test("90 two rows that a server calls alike are two files, and one of somebody else's is left as it is", async () => {
  await using site = await startSite({
    "/1": called('attachment; filename="same.txt"', "one"),
    "/2": called('attachment; filename="SAME.txt"', "two"),
    "/3": called('attachment; filename="theirs.txt"', "three"),
  });
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "out"));
  await folder.write("out/theirs.txt", "somebody else's");
  const ended = await get(site, ["/1", "/2", "/3"], "-J", "-o", "out.jsonl").in(folder);
  expect(ended.exitCode, ended.stderr).toBe(0);
  expect(await folder.read("out/theirs.txt")).toBe("somebody else's");
  const texts = await Promise.all(
    records(await folder.read("out.jsonl")).map(({ file }) => folder.read(file as string)),
  );
  expect(texts.toSorted()).toEqual(["one", "three", "two"]);
  expect(await filesIn(folder, "out")).toHaveLength(4);
});

test("killed and resumed, files named by their server are each there once", async () => {
  const rows = Array.from({ length: 60 }, (_, n) => `/${n}`);
  const reached = Promise.withResolvers<void>();
  let asked = 0;
  await using site = await startSite(
    Object.fromEntries(
      rows.map((path) => [path, called('attachment; filename="all-alike.txt"', `body of ${path}`)]),
    ),
    () => {
      asked += 1;
      if (asked === 30) reached.resolve();
    },
  );
  await using folder = await temporaryFolder();
  const killed = await get(site, rows, "-J", "--per-host", "2", "--rate", "100/s")
    .in(folder)
    .kill("SIGKILL")
    .after(reached.promise);
  expect(killed.signal).toBe("SIGKILL");
  const ended = await fanfetch("resume").in(folder);
  expect(ended.exitCode, ended.stderr).toBe(0);
  const files = await filesIn(folder, "out");
  const texts = await Promise.all(files.map((name) => folder.read(`out/${name}`)));
  expect(texts.toSorted()).toEqual(rows.map((path) => `body of ${path}`).toSorted());
  expect(await fanfetch("verify").in(folder)).toMatchObject({ exitCode: 0 });
});

test("with -R a file has the time at which its server changed it, a large one too", async () => {
  const lastModified = "Sun, 06 Nov 1994 08:49:37 GMT";
  const dated = { "last-modified": lastModified, "content-type": "text/plain" };
  await using site = await startSite({
    "/small.txt": { headers: dated, body: "small" },
    "/large.txt": { headers: dated, body: "x".repeat(2_000_000) },
    "/undated.txt": { headers: { "last-modified": "yesterday" }, body: "undated" },
  });
  await using folder = await temporaryFolder();
  const began = Date.now() - 2_000;
  const paths = ["/small.txt", "/large.txt", "/undated.txt"];
  expect(await get(site, paths, "-R").in(folder)).toMatchObject({ exitCode: 0 });
  const times = await Promise.all(
    paths.map(async (path) => (await stat(join(folder.path, "out", path))).mtimeMs),
  );
  expect(times.slice(0, 2)).toEqual([Date.parse(lastModified), Date.parse(lastModified)]);
  expect(times[2]).toBeGreaterThan(began);
});

test("with --dedupe an equal body is saved once, and its records point to the first file", async () => {
  const large = "y".repeat(2_000_000);
  await using site = await startSite({
    "/1.txt": "same",
    "/2.txt": "same",
    "/3.txt": "other",
    "/4.txt": large,
    "/5.txt": large,
  });
  await using folder = await temporaryFolder();
  const paths = ["/1.txt", "/2.txt", "/3.txt", "/4.txt", "/5.txt"];
  const words = ["--dedupe", "-o", "out.jsonl", "--order", "input", "--mode", "sequential"];
  const ended = await get(site, paths, ...words).in(folder);
  expect(ended.exitCode, ended.stderr).toBe(0);
  expect(await filesIn(folder, "out")).toEqual(["1.txt", "3.txt", "4.txt"]);
  const told = records(await folder.read("out.jsonl"));
  expect(told.map(({ file }) => file)).toEqual(
    ["1", "1", "3", "4", "4"].map((name) => `out/${name}.txt`),
  );
  for (const { sha256 } of told) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(told[0]!["sha256"]).toBe(told[1]!["sha256"]);
  expect(await fanfetch("verify").in(folder)).toMatchObject({ exitCode: 0 });
  await writeFile(join(folder.path, "out/1.txt"), "lame");
  const verified = await fanfetch("verify").in(folder);
  expect(verified.exitCode).toBe(1);
  expect(verified.stdout.match(/1\.txt was changed/g)).toHaveLength(2);
});

test("a run that goes on knows the bodies of before", async () => {
  await using site = await startSite({ "/1.txt": "same", "/2.txt": "same" });
  await using folder = await temporaryFolder();
  const words = ["--dedupe", "--mode", "sequential"];
  const stopped = await get(site, ["/1.txt", "/2.txt"], ...words, "--max-requests", "1").in(folder);
  expect(stopped.exitCode).toBe(3);
  expect(await fanfetch("resume").in(folder)).toMatchObject({ exitCode: 0 });
  expect(await filesIn(folder, "out")).toEqual(["1.txt"]);
});

test("a crawl's files and a table's rows are named and saved in the same ways", async () => {
  await using site = await startSite({
    "/": "<a href=/get?id=1>one</a> <a href=/get?id=2>two</a>",
    "/get?id=1": called('attachment; filename="one.txt"', "equal"),
    "/get?id=2": called('attachment; filename="two.txt"', "equal"),
  });
  await using folder = await temporaryFolder();
  const words = ["--download", "a", "-o", "site/", "-J", "--dedupe", "--per-host", "1"];
  const crawled = await fanfetch("crawl", site.url, ...words).in(folder);
  expect(crawled.exitCode, crawled.stderr).toBe(0);
  expect(await filesIn(folder, "site")).toEqual(["one.txt"]);
  await folder.write("rows.csv", "id\n1\n2\n");
  const save = ["--save", "rows/{id}.txt", "-J", "-o", "out.csv", "--order", "input"];
  const mapped = await fanfetch("map", "rows.csv", site.at("/get?id={id}"), ...save).in(folder);
  expect(mapped.exitCode, mapped.stderr).toBe(0);
  const [head, ...rows] = (await folder.read("out.csv")).trimEnd().split("\n");
  expect(head).toBe("id,_status,_error,_file,_sha256");
  expect(rows.map((row) => row.split(",")[3])).toEqual(["rows/one.txt", "rows/two.txt"]);
  expect((await readFile(join(folder.path, "rows/two.txt"))).toString()).toBe("equal");
});

test("what is said of files needs files, and a book its own names", async () => {
  const url = "http://127.0.0.1:9/";
  for (const option of ["--remote-header-name", "--remote-time", "--dedupe"]) {
    const ended = await fanfetch("get", url, option);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain(`${option} is about saved files; it needs --save TEMPLATE`);
  }
  for (const option of ["--remote-header-name", "--dedupe"]) {
    const ended = await fanfetch("crawl", url, "--merge", "book.pdf", option);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain(`${option} cannot stand beside --merge`);
  }
});

test("a second crawl finds its files again under their server's names", async () => {
  const pages: Record<string, SitePage> = {
    "/": "<a href=/1>1</a> <a href=/2>2</a> <a href=/3>3</a>",
    "/1": called('attachment; filename="same.txt"', "one"),
    "/2": called('attachment; filename="same.txt"', "two"),
    "/3": called('attachment; filename="else.txt"', "three"),
  };
  await using site = await startSite(pages);
  await using folder = await temporaryFolder();
  const words = ["crawl", site.url, "--download", "a", "-o", "site/", "-J", "--per-host", "1"];
  expect(await fanfetch(...words).in(folder)).toMatchObject({ exitCode: 0 });
  const before = await filesIn(folder, "site");
  expect(before).toHaveLength(3);
  for (const how of [[], ["--force"]]) {
    const again = await fanfetch(...words, ...how).in(folder);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(await filesIn(folder, "site")).toEqual(before);
  }
  expect(site.asked).toHaveLength(12);
  const texts = await Promise.all(before.map((name) => folder.read(`site/${name}`)));
  expect(texts.toSorted()).toEqual(["one", "three", "two"]);
});

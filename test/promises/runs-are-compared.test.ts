import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { play, refuse } from "../support/played-server.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";

/** Runs below `.fanfetch`, the earliest first. */
async function runsIn(folder: TemporaryFolder): Promise<readonly string[]> {
  const listed = await fanfetch("runs", "--format", "json").in(folder);
  return (JSON.parse(listed.stdout) as { run: string; began: string }[])
    .toSorted((one, other) => (one.began < other.began ? -1 : 1))
    .map(({ run }) => run);
}

test("two runs of one list: what changed, is gone, is new and failed, and exit code 1", async () => {
  let round = 1;
  await using server = await play((url, _request, response) => {
    if (url.pathname === "/changed") return { round };
    if (url.pathname === "/gone" && round === 2) return refuse(response, 404);
    if (url.pathname === "/new" && round === 1) return refuse(response, 404);
    if (url.pathname === "/down" && round === 2) return refuse(response, 501);
    if (url.pathname === "/never") return refuse(response, 404);
    return { about: url.pathname };
  });
  await using folder = await temporaryFolder();
  const paths = ["same", "changed", "gone", "new", "down", "never"];
  const urls = paths.map((path) => `${server.url}/${path}`);
  await fanfetch("get", ...urls, "-o", "out.jsonl").in(folder);
  round = 2;
  await fanfetch("get", ...urls, "-o", "out.jsonl", "--force").in(folder);
  const [before, after] = await runsIn(folder);
  const told = await fanfetch("diff", before!, after!).in(folder);
  expect(told.exitCode).toBe(1);
  expect(told.stdout).toContain("1 new, 1 changed, 1 unchanged, 1 gone, 1 not answered this time");
  const json = await fanfetch("diff", before!, after!, "--format", "json").in(folder);
  const parsed = JSON.parse(json.stdout);
  const counts = { new: 1, changed: 1, gone: 1, failed: 1, unchanged: 1, unanswered: 1 };
  expect(parsed).toMatchObject({ differs: true, ...counts });
  expect(
    parsed.changes.map(({ change, key }: { change: string; key: string }) => [
      change,
      new URL(key).pathname,
    ]),
  ).toEqual([
    ["changed", "/changed"],
    ["failed", "/down"],
    ["gone", "/gone"],
    ["new", "/new"],
  ]);
  const asked = server.targets.length;
  const same = await fanfetch("diff", after!, after!).in(folder);
  expect(same).toMatchObject({ exitCode: 0 });
  expect(same.stdout).toContain("0 new, 0 changed, 3 unchanged, 0 gone");
  expect(server.targets).toHaveLength(asked);
});

test("a table that has changed between two runs is compared by what each had read", async () => {
  await using server = await play((url) => ({ about: url.search }));
  await using folder = await temporaryFolder();
  const map = (rows: string) =>
    folder
      .write("names.csv", `name\n${rows}`)
      .then(() =>
        fanfetch("map", "names.csv", `${server.url}/{?name}`, "-o", "out.csv", "--force").in(
          folder,
        ),
      );
  await map("Ada\nGrace\nGrace\n");
  await map("Grace\nBarbara\n");
  const [before, after] = await runsIn(folder);
  const written = await fanfetch("diff", before!, after!, "-o", "changes.csv").in(folder);
  expect(written.exitCode).toBe(1);
  expect(written.stdout).toContain("1 new, 0 changed, 1 unchanged, 1 gone");
  const [head, ...rows] = (await folder.read("changes.csv")).trimEnd().split("\n");
  expect(head).toBe(
    "change,by,step,key,url,rowBefore,row,statusBefore,status,bytesBefore,bytes,code",
  );
  expect(rows.map((row) => row.split(",")[0])).toEqual(["gone", "new"]);
  const refused = await fanfetch("diff", before!, after!, "-o", "changes.csv").in(folder);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("changes.csv exists");
  const piped = await fanfetch("diff", before!, after!, "-o", "-").in(folder);
  expect(
    piped.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).change),
  ).toEqual(["gone", "new"]);
});

test("questions with a body are told apart by it", async () => {
  let round = 1;
  await using server = await play(async (_url, request) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    return body.includes("Ada") ? { round } : { body };
  });
  await using folder = await temporaryFolder();
  await folder.write("names.csv", "name\nAda\nGrace\n");
  const map = () =>
    fanfetch(
      "map",
      "names.csv",
      server.url,
      "--json",
      '{"n":"{name}"}',
      "-o",
      "o.csv",
      "--force",
    ).in(folder);
  await map();
  round = 2;
  await map();
  const [before, after] = await runsIn(folder);
  const told = await fanfetch("diff", before!, after!).in(folder);
  expect(told.stdout).toContain("0 new, 1 changed, 1 unchanged, 0 gone");
});

test("the steps of jobs are compared by their names", async () => {
  let ids = [1, 2];
  await using server = await play((url) =>
    url.pathname === "/list" ? ids.map((id) => ({ id })) : { about: url.pathname },
  );
  await using folder = await temporaryFolder();
  await folder.write(
    "job.yaml",
    `base: ${server.url}
steps:
  - { id: list, url: /list, each: "@" }
  - { id: one, for: list, url: "/one/{id}", save: "out/{id}.json" }
`,
  );
  await fanfetch("run", "job.yaml").in(folder);
  ids = [2, 3, 4];
  await fanfetch("run", "job.yaml", "--force").in(folder);
  const [before, after] = await runsIn(folder);
  const told = await fanfetch("diff", before!, after!).in(folder);
  expect(told.exitCode).toBe(1);
  expect(told.stdout).toContain("list: 0 new, 1 changed, 0 unchanged, 0 gone");
  expect(told.stdout).toContain("one: 2 new, 0 changed, 1 unchanged, 1 gone");
});

test("crawls are compared by their pages; a run that is not finished is said to be none", async () => {
  const pages = new Map([
    ["/", '<a href="/a">a</a><a href="/b">b</a>'],
    ["/a", "a"],
    ["/b", "b"],
    ["/c", "c"],
  ]);
  await using server = await play((url, _request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(pages.get(url.pathname));
  });
  await using folder = await temporaryFolder();
  const crawl = (...more: readonly string[]) =>
    fanfetch("crawl", `${server.url}/`, "--no-robots", "-o", "site/", "--force", ...more).in(
      folder,
    );
  await crawl();
  pages.set("/", '<a href="/a">a</a><a href="/c">c</a>').set("/a", "other");
  await crawl();
  const [before, after] = await runsIn(folder);
  const told = await fanfetch("diff", before!, after!).in(folder);
  expect(told.stdout).toContain("1 new, 2 changed, 0 unchanged, 1 gone");
  await crawl("--max-requests", "1");
  const stopped = (await runsIn(folder)).at(-1)!;
  const half = await fanfetch("diff", after!, stopped).in(folder);
  expect(half.stderr).toContain(`${stopped} is not finished: what it owes counts as not there`);
});

test.each([
  [[], "diff takes two runs"],
  [["one"], "diff takes two runs"],
  [["one", "two", "three"], "diff takes two runs"],
  [["one", "two"], 'there is no run "one"'],
  [["one", "two", "-o", "x.jsnl"], 'did you mean ".jsonl"?'],
])("diff %j is wrong use: %s", async (words, sentence) => {
  const told = await fanfetch("diff", ...words);
  expect(told.exitCode).toBe(2);
  expect(told.stderr).toContain(sentence);
});

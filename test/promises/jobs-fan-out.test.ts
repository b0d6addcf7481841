import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { play, refuse } from "../support/played-server.ts";
import { temporaryFolder } from "../support/temp.ts";

const NAMES = Array.from({ length: 100 }, (_, index) => `name${index}`);

function batchJob(url: string): string {
  return `
base: ${url}
steps:
  - rows: names.csv
    url: /
    batch: { size: 10, value: "{name}", into: "name[]", pair: name }
    pick: { length: length }
    output: lengths.csv
`;
}

function recordsOf(text: string): Map<string, string> {
  const lines = text.trimEnd().split(/\r?\n/).slice(1);
  return new Map(lines.map((line) => [line.split(",")[0]!, line]));
}

test("a hundred rows in tens are ten requests, and each row has its own answer", async () => {
  await using server = await play((url) =>
    url.searchParams
      .getAll("name[]")
      .map((name) => ({ name, length: name.length }))
      .toReversed(),
  );
  await using folder = await temporaryFolder();
  await folder.write("names.csv", `name\n${NAMES.join("\n")}\n`);
  await folder.write("names.yaml", batchJob(server.url));
  const ended = await fanfetch("run", "names.yaml").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toContain("100 inputs = 100 answered + 0 failed + 0 skipped");
  expect(server.targets).toHaveLength(10);
  const records = recordsOf(await folder.read("lengths.csv"));
  expect(records.size).toBe(100);
  expect(records.get("name7")).toBe("name7,5,200,");
  expect(records.get("name77")).toBe("name77,6,200,");
});

test("two rows that sink their batches fail alone, in at most twenty requests", async () => {
  await using server = await play((url, _request, response) => {
    const names = url.searchParams.getAll("name[]");
    if (names.some((name) => name === "name13" || name === "name58")) {
      return refuse(response, 422);
    }
    return names.map((name) => ({ name, length: name.length }));
  });
  await using folder = await temporaryFolder();
  await folder.write("names.csv", `name\n${NAMES.join("\n")}\n`);
  await folder.write("names.yaml", batchJob(server.url));
  const ended = await fanfetch("run", "names.yaml").in(folder);
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toContain("100 inputs = 98 answered + 2 failed + 0 skipped");
  expect(server.targets.length).toBeLessThanOrEqual(20);
  const records = recordsOf(await folder.read("lengths.csv"));
  expect(records.size).toBe(100);
  expect(records.get("name13")).toMatch(/^name13,,422,E_STATUS/);
  expect(records.get("name58")).toMatch(/^name58,,422,E_STATUS/);
});

test("once an answer tells how many pages there are, the rest are asked side by side, each once", async () => {
  const PAGES = 200;
  await using server = await play(async (url) => {
    const page = Number(url.searchParams.get("page") ?? 1);
    // Nobody is answered before as many as may be are under way.
    while (page > 1 && server.mostAtOnce() < 20) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { pages: PAGES, items: [{ id: page * 2 }, { id: page * 2 + 1 }] };
  });
  await using folder = await temporaryFolder();
  await folder.write(
    "pages.yaml",
    `
base: ${server.url}
limits: { concurrency: 20, perHost: 20 }
steps:
  - url: /items
    paginate: { kind: page, into: page, last: pages, items: items, key: id }
    each: items
    output: items.jsonl
`,
  );
  const ended = await fanfetch("run", "pages.yaml").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(server.targets).toHaveLength(PAGES);
  expect(new Set(server.targets).size).toBe(PAGES);
  expect(server.mostAtOnce()).toBe(20);
  const ids = (await folder.read("items.jsonl")).trimEnd().split("\n");
  expect(ids).toHaveLength(PAGES * 2);
  expect(JSON.parse(ids[0]!)).toEqual({ id: 2 });
  expect(JSON.parse(ids.at(-1)!)).toEqual({ id: PAGES * 2 + 1 });
});

test("the items of a large answer are rows and records like those of a small one; a broken one gives none", async () => {
  const COUNT = 30_000;
  const items = Array.from({ length: COUNT }, (_, id) => ({ id, name: `näme "${id}" of a thing` }));
  await using server = await play((url, _request, response) => {
    if (url.pathname === "/one") return { ok: true };
    const text = JSON.stringify({ before: [{}], items, after: { items: null } });
    response.setHeader("content-type", "application/json");
    response.end(url.pathname === "/broken" ? text.replace('"id":29000', '"id":') : text);
    return undefined;
  });
  await using folder = await temporaryFolder();
  await folder.write(
    "large.yaml",
    `
base: ${server.url}
steps:
  - { id: list, rows: [whole, broken], url: "/{value}", each: "items[*].{id: id, name: name}", output: items.jsonl }
  - { for: list, filter: "id == \`${COUNT - 1}\`", url: "/one{?name}", pick: ok, output: ones.jsonl }
`,
  );
  const ended = await fanfetch("run", "large.yaml").in(folder);
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toContain("3 inputs = 2 answered + 1 failed + 0 skipped");
  const records = (await folder.read("items.jsonl")).trimEnd().split("\n");
  expect(records).toHaveLength(COUNT);
  expect(JSON.parse(records.at(-1)!)).toEqual({ value: "whole", ...items.at(-1) });
  const [one] = (await folder.read("ones.jsonl")).trimEnd().split("\n");
  expect(JSON.parse(one!)).toMatchObject({ ...items.at(-1), ok: true });
  expect((await fanfetch("verify").in(folder)).exitCode).toBe(0);
});

test("an item that is on two pages is one record", async () => {
  await using server = await play((url) => {
    const page = Number(url.searchParams.get("page") ?? 1);
    return { next: page < 3 ? page + 1 : null, items: [{ id: page }, { id: page + 1 }] };
  });
  await using folder = await temporaryFolder();
  await folder.write(
    "pages.yaml",
    `
base: ${server.url}
steps:
  - url: /items
    paginate: { kind: cursor, next: next, into: page, items: items, key: id }
    each: items
    output: items.csv
`,
  );
  const ended = await fanfetch("run", "pages.yaml").in(folder);
  expect(ended.exitCode).toBe(0);
  expect((await folder.read("items.csv")).trimEnd().split(/\r?\n/)).toEqual([
    ...["id", "1", "2", "3", "4"],
  ]);
});

test("how the pages follow each other is found by itself, and told so that it can be written down", async () => {
  await using server = await play((url) => {
    const page = Number(url.searchParams.get("page") ?? 1);
    return { page, total_pages: 4, data: [{ id: page }] };
  });
  await using folder = await temporaryFolder();
  await folder.write(
    "auto.yaml",
    `
base: ${server.url}
steps: [{ id: list, url: "/items?page=1", paginate: auto, each: data, output: "-" }]
`,
  );
  const ended = await fanfetch("run", "auto.yaml").in(folder);
  expect(ended).toMatchObject({
    exitCode: 0,
    stdout: '{"id":1}\n{"id":2}\n{"id":3}\n{"id":4}\n',
  });
  expect(ended.stderr).toContain("list: the pages follow each other as paginate: { kind: page");
});

test("rows of two parents meet, those that a filter leaves out are not asked, and rows keep what they come from", async () => {
  await using server = await play((url) => {
    if (url.pathname === "/teams") return [{ team: "red" }, { team: "blue" }];
    if (url.pathname === "/seasons") return ["2016", "2017", "2018"];
    return { games: Number(url.pathname.split("/")[2]) };
  });
  await using folder = await temporaryFolder();
  await folder.write(
    "teams.yaml",
    `
base: ${server.url}
steps:
  - { id: teams, url: /teams, each: "@" }
  - { id: seasons, url: /seasons, each: "@" }
  - for: [teams, seasons]
    filter: "value != '2017'"
    url: /{team}/{value}
    pick: { games: games }
    output: games.jsonl
`,
  );
  const ended = await fanfetch("run", "teams.yaml", "--order", "input").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(server.targets.toSorted()).toEqual(
    ["/blue/2016", "/blue/2018", "/red/2016", "/red/2018", "/seasons", "/teams"].toSorted(),
  );
  const lines = (await folder.read("games.jsonl")).trimEnd().split("\n");
  expect(
    lines.map((line) => JSON.parse(line)).map(({ team, value, games }) => [team, value, games]),
  ).toEqual([
    ["red", "2016", 2016],
    ["red", "2018", 2018],
    ["blue", "2016", 2016],
    ["blue", "2018", 2018],
  ]);
});

test("failed rows of a discovery do not keep the others from being gone on with", async () => {
  await using server = await play((url, _request, response) => {
    if (url.pathname === "/list/b") return refuse(response, 404);
    if (url.pathname.startsWith("/list")) return [{ id: `${url.pathname.slice(6)}1` }];
    return { ok: true };
  });
  await using folder = await temporaryFolder();
  await folder.write(
    "lists.yaml",
    `
base: ${server.url}
steps:
  - { id: lists, rows: [a, b, c], url: "/list/{value}", each: "@" }
  - { for: lists, url: "/item/{id}", save: "{id}.json" }
`,
  );
  const ended = await fanfetch("run", "lists.yaml").in(folder);
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toContain("5 inputs = 4 answered + 1 failed + 0 skipped");
  const names = await folder.names();
  expect(names.filter((name) => name.endsWith("1.json"))).toEqual(["a1.json", "c1.json"]);
});

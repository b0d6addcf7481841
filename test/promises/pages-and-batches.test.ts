import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { play, refuse } from "../support/played-server.ts";
import { temporaryFolder } from "../support/temp.ts";

const NAMES = ["ann", "bo", "carl", "poison", "dora", "ev"];

/** Answers about names, in an order of its own; one of them it does not take. */
function playNames() {
  return play((url, _request, response) => {
    const names = url.searchParams.getAll("name").concat(url.searchParams.getAll("name[]"));
    if (names.includes("poison")) return refuse(response, 400);
    return names.map((name) => ({ name, length: name.length })).toReversed();
  });
}

test.each([
  { how: "a template", url: "/{?name*}", options: [] },
  { how: "--batch-into", url: "/", options: ["--batch-into", "name[]={name}"] },
])(
  "map --batch asks for rows together by $how; the one that is refused fails alone",
  async (it) => {
    await using server = await playNames();
    await using folder = await temporaryFolder();
    await folder.write("names.csv", ["name", ...NAMES].join("\n"));
    const ended = await fanfetch(
      "map",
      "names.csv",
      server.url + it.url,
      "--batch",
      "3",
      "--batch-pair",
      "name",
      "--pick",
      "length",
      "--no-meta",
      ...it.options,
      "--order",
      "input",
    ).in(folder);
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout.split("\n")).toEqual([
      "name,length",
      ...NAMES.map((name) => (name === "poison" ? `${name},` : `${name},${name.length}`)),
      "",
    ]);
    expect(ended.stderr).toContain("6 inputs = 5 answered + 1 failed + 0 skipped");
    expect(server.targets).toHaveLength(4);
  },
);

test.each([
  { kind: "auto", members: (page: number) => ({ page, total_pages: 4 }) },
  { kind: "page", members: () => ({}) },
])("get --paginate $kind asks for all pages and gives them as one answer", async (it) => {
  await using server = await play((url) => {
    const page = Number(url.searchParams.get("page") ?? 1);
    return { ...it.members(page), items: page > 4 ? [] : [{ id: 2 * page }, { id: 2 * page + 1 }] };
  });
  await using folder = await temporaryFolder();
  const ended = await fanfetch(
    "get",
    `${server.url}/list`,
    "--paginate",
    it.kind,
    "--pick",
    "ids=[].items[].id",
  ).in(folder);
  expect(ended.exitCode).toBe(0);
  expect(JSON.parse(ended.stdout).ids).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  expect(ended.stderr).toContain("paginate: { kind: page, into: page");
  expect(new Set(server.targets).size).toBe(server.targets.length);
});

test("a run of pages or batches goes on with what it was begun with", async () => {
  await using server = await playNames();
  await using folder = await temporaryFolder();
  await folder.write(
    "names.csv",
    ["name", ...NAMES.filter((name) => name !== "poison")].join("\n"),
  );
  const first = await fanfetch(
    "map",
    "names.csv",
    `${server.url}/{?name*}`,
    "--batch",
    "2",
    "--batch-pair",
    "name",
    "--pick",
    "length",
    "-o",
    "out.csv",
    "--max-requests",
    "1",
  ).in(folder);
  expect(first.exitCode).toBe(3);
  const ended = await fanfetch("resume").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(server.targets).toHaveLength(3);
  const lines = (await folder.read("out.csv")).trim().split("\n");
  expect(lines.toSorted()).toEqual(
    [
      "name,length,_status,_error",
      ...["ann,3", "bo,2", "carl,4", "dora,4", "ev,2"].map((it) => `${it},200,`),
    ].toSorted(),
  );
});

test("a column that a batch names and the table has not is told before anything is sent", async () => {
  await using server = await playNames();
  await using folder = await temporaryFolder();
  await folder.write("names.csv", "name\nann\n");
  const ended = await fanfetch(
    "map",
    "names.csv",
    server.url,
    "--batch",
    "2",
    "--batch-into",
    "name[]={nmae}",
  ).in(folder);
  expect(ended.exitCode).toBe(2);
  expect(ended.stderr).toContain(
    'names.csv has no column "nmae" (used in --batch-into); did you mean "name"?',
  );
  expect(server.targets).toEqual([]);
});

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { play } from "../support/played-server.ts";
import { temporaryFolder } from "../support/temp.ts";

const ROWS = "id\n1\n2\n3\n";

/** The second answer has no `b`, and of two items one has none. */
function serve() {
  return play((url) => {
    const isOdd = url.pathname.endsWith("2");
    return { a: 1, ...(isOdd ? {} : { b: 2 }), items: [{ b: 1 }, isOdd ? {} : { b: 2 }] };
  });
}

test("65 a picked field that is not there is null, counted in the summary and told", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", ROWS);
  const words = ["map", "rows.csv", `${server.url}/{id}`, "--pick", "a,b", "--order", "input"];
  const ended = await fanfetch(...words, "--summary", "run.json").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(ended.stdout).toBe("id,a,b,_status,_error\n1,1,2,200,\n2,1,,200,\n3,1,2,200,\n");
  expect(ended.stderr).toContain(
    "null, since it was not there: b of 1 answer; --strict has them fail",
  );
  expect(JSON.parse(await folder.read("run.json"))).toMatchObject({
    answered: 3,
    missing: { b: 1 },
  });
});

test("65 with --strict an answer that lacks a picked field has failed", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", ROWS);
  const words = ["map", "rows.csv", `${server.url}/{id}`, "--pick", "a,b", "--order", "input"];
  const ended = await fanfetch(...words, "--strict", "--summary", "run.json").in(folder);
  expect(ended.exitCode).toBe(1);
  expect(ended.stdout).toContain("2,1,,200,E_PARSE the answer has nothing for b\n");
  const summary = JSON.parse(await folder.read("run.json")) as object;
  expect(summary).toMatchObject({ answered: 2, failed: 1, failures: { E_PARSE: 1 } });
  expect(summary).not.toHaveProperty("missing");
});

test("65 what was counted is counted over the processes of a run", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", ROWS);
  const words = [
    "map",
    "rows.csv",
    `${server.url}/{id}`,
    "--pick",
    "b",
    "-o",
    "out.csv",
    "-j",
    "1",
  ];
  const stopped = await fanfetch(...words, "--max-requests", "2").in(folder);
  expect(stopped.exitCode).toBe(3);
  const ended = await fanfetch("resume", "--summary", "run.json").in(folder);
  expect(ended.exitCode).toBe(0);
  expect(JSON.parse(await folder.read("run.json"))).toMatchObject({
    answered: 3,
    missing: { b: 1 },
  });
});

test("65 a job is as strict, of items too", async () => {
  await using server = await serve();
  await using folder = await temporaryFolder();
  const job = `
base: ${server.url}
steps:
  - { id: whole, rows: [1, 2], url: "/{value}", pick: "a,b", output: whole.jsonl }
  - { id: items, rows: [1, 2], url: "/{value}", each: items, pick: "b", output: items.jsonl }
`;
  await folder.write("job.yaml", job);
  const plain = await fanfetch("run", "job.yaml").in(folder);
  expect(plain.exitCode).toBe(0);
  expect((await folder.read("items.jsonl")).trim().split("\n")).toHaveLength(4);
  const strict = await fanfetch("run", "job.yaml", "--strict", "--force").in(folder);
  expect(strict.exitCode).toBe(1);
  expect(strict.stderr).toContain("4 inputs = 2 answered + 2 failed + 0 skipped");
  expect((await folder.read("items.jsonl")).trim().split("\n")).toHaveLength(2);
});

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

/** A hundred different names, awkward ones among them. */
const NAMES = [
  ...["peter", "anna", "José", "O'Neil", "Doe, Jane", 'Ann "Bo" Lee', "a&b=c", "x+y", "100%", "🙂"],
  ...Array.from({ length: 90 }, (_, index) => `name${index}`),
];

function csvOf(names: readonly string[]): string {
  const lines = names.map(
    (name, index) =>
      `${index + 1},${/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name}`,
  );
  return `id,name\n${lines.join("\n")}\n`;
}

/** Records of JSON lines. */
function recordsOf(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const AS_JSONL = ["--format", "csv", "-o", "out.jsonl"];

test("each name is asked once, at once, and its gender joined to its row in the input's order", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("names.csv", csvOf(NAMES));
  const url = world.at("/together/100/?name={name}");
  const limits = ["-j", "100", "--per-host", "100"];
  const ended = await fanfetch(
    ...["map", "names.csv", url, "--pick", "gender,asked=name", "--order", "input"],
    ...[...limits, "-o", "out.jsonl", "--summary", "summary.json"],
  ).in(folder);
  expect(ended).toMatchObject({ exitCode: 0, stdout: "" });
  expect(ended.stderr).toContain("100 inputs = 100 answered + 0 failed + 0 skipped");
  const records = recordsOf(await folder.read("out.jsonl"));
  expect(records.map(({ id }) => Number(id))).toEqual(NAMES.map((_, index) => index + 1));
  expect(records.map(({ asked }) => asked)).toEqual(NAMES);
  expect(records.map(({ name }) => name)).toEqual(NAMES);
  expect(records.slice(0, 2).map(({ gender }) => gender)).toEqual(["male", "female"]);
  expect(world.seen.total).toBe(100);
  expect(world.seen.distinct).toBe(100);
  expect(world.seen.mostAtOnce()).toBe(100);
  const summary = JSON.parse(await folder.read("summary.json"));
  expect(summary).toMatchObject({ inputs: 100, answered: 100, requests: 100, retries: 0 });
  expect(summary.maxInFlight).toBe(100);
  expect(summary.sequentialMs).toBeGreaterThan(summary.wallMs);
  expect(summary.speedup).toBeCloseTo(summary.sequentialMs / summary.wallMs, 0);
});

test("one by one, never two are under way", async () => {
  await using world = await startWorld();
  const ended = await fanfetch(
    ...["map", "-", world.at("/?name={name}"), "--pick", "gender", "--mode", "sequential"],
  ).stdin(csvOf(NAMES.slice(0, 10)));
  expect(ended.exitCode).toBe(0);
  expect(world.seen.total).toBe(10);
  expect(world.seen.mostAtOnce()).toBe(1);
});

test("a table on stdin becomes the same table with a column more on stdout", async () => {
  await using world = await startWorld();
  const ended = await fanfetch(
    ...["map", "-", world.at("/?name={name}"), "--pick", "gender", "--order", "input", "--no-meta"],
  ).stdin("id,name\r\n1,peter\r\n2,anna\r\n");
  expect(ended).toMatchObject({
    exitCode: 0,
    stdout: "id,name,gender\n1,peter,male\n2,anna,female\n",
  });
});

test("equal names are asked once and answered to every row", async () => {
  await using world = await startWorld();
  const ended = await fanfetch(
    ...["map", "-", world.at("/?name={name}"), "--pick", "gender", "--order", "input", "--no-meta"],
  ).stdin("name\npeter\nanna\npeter\npeter\n");
  expect(ended.stdout).toBe("name,gender\npeter,male\nanna,female\npeter,male\npeter,male\n");
  expect(world.seen.timesAsked("/?name=peter")).toBe(1);
  expect(world.seen.total).toBe(2);
  expect(ended.stderr).toContain("4 inputs = 4 answered");
});

test("failures are marked in their rows and told by the exit code", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const rows = [
    { what: "json/%7B%22gender%22:%22female%22%7D" },
    { what: "status/404" },
    { what: "json/no" },
    { what: "json/%7B%22gender%22:null%7D" },
  ];
  const ended = await fanfetch(
    ...["map", "-", world.at("/{+what}"), "--pick", "gender", "--order", "input", ...AS_JSONL],
    ...["--format", "jsonl"],
  )
    .in(folder)
    .stdin(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toContain("4 inputs = 2 answered + 2 failed + 0 skipped");
  expect(ended.stderr).not.toMatch(/^\s+at /m);
  const records = recordsOf(await folder.read("out.jsonl"));
  expect(records[0]).toMatchObject({ gender: "female", _status: 200, _error: null });
  expect(records[1]).toMatchObject({ gender: null, _status: 404 });
  expect(records[1]!["_error"]).toMatch(/^E_STATUS/);
  expect(records[2]).toMatchObject({ gender: null, _status: 200 });
  expect(records[2]!["_error"]).toMatch(/^E_PARSE/);
  expect(records[3]).toMatchObject({ gender: null, _status: 200, _error: null });
});

test("--fail-fast asks for nothing more after the first failure", async () => {
  await using world = await startWorld();
  const codes = ["200", "200", "404", ...Array.from({ length: 200 }, () => "200")];
  const table = `row,code\n${codes.map((code, index) => `${index},${code}`).join("\n")}\n`;
  const ended = await fanfetch(
    ...["map", "-", world.at("/status/{code}?{row}"), "--fail-fast", "-j", "1"],
  ).stdin(table);
  expect(ended.exitCode).toBe(1);
  expect(world.seen.total).toBe(3);
});

test("a record is out while another answer is still awaited", async () => {
  await using world = await startWorld();
  const ended = await fanfetch("map", "-", world.at("/{+what}"), "--pick", "gender")
    .stdin("what\nhang\njson/%7B%22gender%22:%22landed%22%7D\n")
    .kill("SIGKILL")
    .after("landed");
  expect(ended.signal).toBe("SIGKILL");
  expect(ended.stdout).toMatch(/,landed,200,\r?\n$/);
});

import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";
import { sentenceOf, verifyWhole } from "./aftermath.ts";

const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, "utf16le");

/** Tables that are read, the names in them, and nothing else of them. */
const READ: readonly (readonly [
  what: string,
  content: string | Buffer,
  names: readonly string[],
])[] = [
  ["an empty file", "", []],
  ["a header without rows", "name\n", []],
  ["a byte order mark", "\uFEFFname\nAda\n", ["Ada"]],
  ["CRLF", "name\r\nAda\r\nBob\r\n", ["Ada", "Bob"]],
  ["no last newline", "name\nAda\nBob", ["Ada", "Bob"]],
  ["UTF-16", utf16("name\nZoë\n"), ["Zoë"]],
  ["NUL in a cell", "name\nA\u0000b\n", ["A\u0000b"]],
  ["semicolons between its cells", 'id;name\r\n1;Ada\r\n2;"Bob; Jr."\r\n', ["Ada", "Bob; Jr."]],
  ["Excel's own first line", "\uFEFFsep=;\r\nid;name\r\n1;Ada\r\n", ["Ada"]],
  ["tabs between its cells", utf16("id\tname\r\n1\tZoë\r\n"), ["Zoë"]],
  ["a newline in quotes", 'name\n"A\nb"\nBob\n', ["A\nb", "Bob"]],
];

for (const [what, content, names] of READ) {
  test(`108 a table with ${what} is read as it is`, async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", content);
    const argv = [
      "map",
      "rows.csv",
      world.at("/echo?name={name}"),
      "--pick",
      "q=query",
      "-o",
      "out.jsonl",
    ];
    const ended = await fanfetch(...argv).in(folder);
    expect(ended.exitCode, ended.stderr).toBe(0);
    const lines = (await folder.read("out.jsonl")).split("\n").slice(0, -1);
    const records = lines.map((line) => JSON.parse(line) as { name: string; q: unknown });
    expect(records.map(({ name }) => name).toSorted()).toEqual(names);
    for (const { name, q } of records) expect(q).toEqual([["name", name]]);
    await verifyWhole(folder);
  });
}

/** Tables that are refused, each with the line and the rule. */
const REFUSED: readonly (readonly [what: string, content: string | Buffer, says: RegExp])[] = [
  [
    "bytes that are not UTF-8",
    Buffer.from("name\nAda\nJos\xe9\n", "latin1"),
    /rows\.csv:3: byte E9 is not UTF-8/,
  ],
  ["a row of fewer cells", "name,age\nAda,1\nBob\n", /rows\.csv:3: 1 cell, but the header has 2/],
  ["a row of more cells", "name\nAda\nBob,2\n", /rows\.csv:3: 2 cells, but the header has 1/],
  [
    "a quote that is never closed",
    'name\nAda\n"Bob\n',
    /rows\.csv:3: a quote is opened and never closed/,
  ],
];

for (const [what, content, says] of REFUSED) {
  test(`108 a table with ${what} is refused with its line, and nothing is sent`, async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", content);
    const ended = await fanfetch("map", "rows.csv", world.at("/json/{name}"), "-o", "out.csv").in(
      folder,
    );
    expect(ended.exitCode, ended.stderr).toBe(2);
    expect(sentenceOf(ended.stderr)).toMatch(says);
    expect(await folder.names()).toEqual(["rows.csv"]);
    expect(world.seen.total).toBe(0);
  });
}

test("108 a record without an end, far into a table, stops the run at its line; what stands before it is whole", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", `name\nAda\nBob\n"${"x".repeat(70_000_000)}`);
  const argv = ["map", "rows.csv", world.at("/json/1?{name}"), "-o", "out.csv"];
  const ended = await fanfetch(...argv).in(folder);
  expect(ended.exitCode, ended.stderr).toBe(2);
  expect(sentenceOf(ended.stderr)).toMatch(/rows\.csv:4: .*longer than 64 MiB/);
  const lines = (await folder.read("out.csv")).split("\n");
  expect(lines.pop()).toBe("");
  for (const line of lines) expect(line).toMatch(/^(?:Ada|Bob|name),/);
});

test("108 a pipe with a name is read once, and its run goes on as one of standard input does", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", "name\nAda\nBob\n");
  const piped = 'exec "$0" "$@" "$PIPED" -o out.csv --pick q=query 3< <(cat rows.csv)';
  const argv = ["map", "/dev/fd/3"];
  for (const _ of ["first", "again"]) {
    const ended = await fanfetch(...argv)
      .in(folder)
      .env({ PIPED: world.at("/echo?name={name}") })
      .through("bash", "-c", piped);
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(ended.stderr).toContain("2 inputs = 2 answered + 0 failed + 0 skipped");
  }
  expect(world.seen.total).toBe(2);
  const resumed = await fanfetch("resume").in(folder);
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  await verifyWhole(folder);
});

test("108 a standard input that is closed before its first row, or in the middle of one, ends the input there", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const argv = (out: string): readonly string[] => [
    "map",
    "-",
    world.at("/echo?name={name}"),
    "-o",
    out,
  ];
  const empty = await fanfetch(...argv("empty.csv")).in(folder);
  expect(empty.exitCode, empty.stderr).toBe(0);
  expect(empty.stderr).toContain("0 inputs = 0 answered + 0 failed + 0 skipped");
  const cut = await fanfetch(...argv("cut.csv"))
    .in(folder)
    .stdin("name\nAda\nBo");
  expect(cut.exitCode, cut.stderr).toBe(0);
  expect((await folder.read("cut.csv")).split("\n").toSorted()).toEqual(
    ["", "Ada,200,", "Bo,200,", "name,_status,_error"].toSorted(),
  );
  await verifyWhole(folder);
});

/** What was typed, `URL` for the server's address, and what the one sentence must say. */
const WRONG: readonly (readonly [what: string, argv: readonly string[], says: RegExp])[] = [
  ["a URL that is none", ["get", "http://exa%20mple/", "-o", "x.jsonl"], /not a URL/],
  [
    "a port that there is not",
    ["get", "http://bücher.example:99999/", "-o", "x.jsonl"],
    /not a URL/,
  ],
  [
    "an unknown variable",
    ["map", "rows.csv", "URL/{nmae}", "-o", "x.csv"],
    /did you mean "name"\?/,
  ],
  [
    "an unknown variable of a file's name",
    ["map", "rows.csv", "URL/{name}", "--save", "{nam}.json"],
    /did you mean "name"\?/,
  ],
  [
    "an unknown option",
    ["map", "rows.csv", "URL/{name}", "-o", "x.csv", "--retires", "3"],
    /did you mean "--retries"\?/,
  ],
  [
    "a bad JMESPath",
    ["map", "rows.csv", "URL/{name}", "-o", "x.csv", "--pick", "a[?"],
    /not JMESPath/,
  ],
  [
    "a bad CSS selector",
    ["map", "rows.csv", "URL/{name}", "-o", "x.csv", "--pick", "css:a["],
    /not a CSS selector/,
  ],
  [
    "a bad condition",
    ["map", "rows.csv", "URL/{name}", "-o", "x.csv", "--fail-if", "a=1"],
    /== is meant/,
  ],
  ["a run that there is not", ["resume", "1121-0938-rosw"], /there is no run "1121-0938-rosw"/],
  [
    "a code that there is not",
    ["retry", "--only", "E_TIMEOUTS"],
    /did you mean "E_TIMEOUT"\?|there is no run/,
  ],
];

for (const [what, argv, says] of WRONG) {
  test(`110 ${what} is refused before the first request with exit 2, and no run is left of it`, async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await folder.write("rows.csv", "name\nAda\n");
    const url = world.at("");
    const ended = await fanfetch(...argv.map((word) => word.replace("URL", url))).in(folder);
    expect(ended.exitCode, ended.stderr).toBe(2);
    expect(sentenceOf(ended.stderr)).toMatch(says);
    expect(await folder.names()).toEqual(["rows.csv"]);
    expect(world.seen.total).toBe(0);
  });
}

test("a table whose rows have columns of their own loses none of them, whichever is answered first", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.jsonl", '{"name":"Ada"}\n{"age":7,"name":"Bob"}\n');
  const argv = ["map", "rows.jsonl", world.at("/echo?name={name}"), "-o", "out.csv", "--no-meta"];
  const ended = await fanfetch(...argv, "--order", "input").in(folder);
  expect(ended.exitCode, ended.stderr).toBe(0);
  expect(await folder.read("out.csv")).toBe("name,age\nAda,\nBob,7\n");
});

test("a column that comes when the header is written is left out and told of", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const text = "x".repeat(5_000);
  const first = `{"name":"Ada","text":"${text}"}\n`.repeat(20);
  await folder.write("rows.jsonl", `${first}{"name":"Ada","age":7}\n`);
  const argv = ["map", "rows.jsonl", world.at("/echo?name={name}"), "-o", "out.csv", "--no-meta"];
  const ended = await fanfetch(...argv).in(folder);
  expect(ended.stderr).toContain(
    'column "age" is left out: row 21 has it, the header of out.csv has not',
  );
  expect((await folder.read("out.csv")).split("\n")).toHaveLength(23);
});

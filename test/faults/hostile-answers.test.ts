import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";
import { verifyWhole } from "./aftermath.ts";

const json = (text: string): string => `json/${encodeURIComponent(text)}`;

/** Answers that expressions meet, what they pick of them, and how the row ends. */
const ANSWERS: readonly (readonly [path: string, picked: unknown, error: RegExp])[] = [
  [json('{"a":{"b":[1]}}'), 1, /^$/],
  [json('{"a":{"b":[12345678901234567890]}}'), "12345678901234567890", /^$/],
  [json('{"__proto__":{"b":[9]},"constructor":1,"a":{"b":[3]}}'), 3, /^$/],
  [json('{"a":{"__proto__":[7]}}'), null, /^$/],
  [json("null"), null, /^$/],
  [json("[]"), null, /^$/],
  [json('{"a":"no object"}'), null, /^$/],
  [json(`${"[".repeat(1_500)}${"]".repeat(1_500)}`), null, /^E_PARSE|^$/],
  [json("[".repeat(1_500)), null, /^E_PARSE/],
  [json('{"a":NaN}'), null, /^E_PARSE/],
  [json('{"a":{"b":[1'), null, /^E_PARSE/],
  ["bytes/1MB", null, /^E_PARSE/],
  ["status/204", null, /^E_PARSE|^$/],
  ["header/content-type/application%2Fjson/html/%3Cp%3Ehi", null, /^E_PARSE/],
  [json('{"error":"no"}'), null, /^E_RULE/],
  [json('{"later":true}'), null, /^E_RULE/],
];

test("106 an expression fails its own row at worst: the run goes on", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  const rows = Array.from({ length: 4 }, (_, round) =>
    ANSWERS.map(([path], index) =>
      JSON.stringify({ index, url: `${world.at("/")}${path}?${round}` }),
    ),
  ).flat();
  await folder.write("rows.jsonl", `${rows.join("\n")}\n`);
  const ended = await fanfetch(
    ...["map", "rows.jsonl", "{+url}", "--pick", "x=a.b[0]", "-o", "out.jsonl", "--order", "input"],
    ...["--fail-if", "error", "--retry-if", "later", "--retries", "1"],
  ).in(folder);
  expect(ended.exitCode, ended.stderr).toBe(1);
  expect(ended.stderr).not.toMatch(/^\s+at |a fault of its own/m);
  const text = await folder.read("out.jsonl");
  const records = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records).toHaveLength(rows.length);
  for (const { index, x, _error } of records) {
    const [path, picked, error] = ANSWERS[index]!;
    expect(_error ?? "", path).toMatch(error);
    // Digits are digits: JavaScript's numbers end before this one does.
    if (typeof picked !== "string") expect(x, path).toEqual(picked);
  }
  expect(text).toContain('"x":12345678901234567890');
  expect(({} as Record<string, unknown>)["b"]).toBeUndefined();
  await verifyWhole(folder);
});

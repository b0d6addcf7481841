import { expect, test } from "vitest";

import type { MadeUpAnswer } from "../rehearsal/made-up-answer.ts";
import { createSighting } from "../rehearsal/seen-request.ts";
import { createValues } from "./settings.ts";
import { readRehearsal, type RehearsalSettings } from "./settings-rehearsal.ts";

const sight = createSighting();

const FILES: Readonly<Record<string, string>> = {
  "a.jsonl": '{"a":1}\n\n{"a":1}\n',
  "bad.jsonl": '{"a":1}\n{"a":\n',
  "empty.jsonl": "\n",
  "a.json": '{"name":"{name}"}',
  "bad.json": "{",
  "page.html": "<h1>{name}</h1>",
};

function read(values: Readonly<Record<string, string>>): Promise<RehearsalSettings> {
  const lists = Object.entries(values).map(([name, value]) => [name, [value]] as const);
  return readRehearsal(createValues({ values: new Map(lists) }), (path) =>
    Promise.resolve(Buffer.from(FILES[path]!)),
  );
}

function answer({ answer: make }: RehearsalSettings): MadeUpAnswer {
  const message = { method: "GET", url: "/?name=Zo%C3%AB", rawHeaders: [] };
  return make!(sight(message as unknown as Parameters<typeof sight>[0], 0), 1);
}

test("nothing said is no limit, no fault, any port", async () => {
  expect(await read({})).toEqual({
    model: undefined,
    faults: undefined,
    latency: undefined,
    answer: undefined,
    seed: 1,
    port: 0,
  });
});

test("what is said is read", async () => {
  const given = await read({
    ...{ model: "bucket:20/s,burst=200", faults: "resets=2%", latency: "50ms-0.2s" },
    ...{ seed: "7", port: "8080" },
  });
  expect(given).toMatchObject({ seed: 7, port: 8080, latency: { leastMs: 50, mostMs: 200 } });
  expect(given.model).toBe("bucket:20/s,burst=200");
});

test.each([
  ["a.jsonl", '{"a":1}', "application/json"],
  ["a.json", '{"name":"Zoë"}', "application/json"],
  ['{"n":"{name}"}', '{"n":"Zoë"}', "application/json"],
  ["page.html", "<h1>{name}</h1>", "text/html"],
])("--answers %s answers as it says", async (answers, text, contentType) => {
  const given = answer(await read({ answers }));
  expect(given.text).toBe(text);
  expect(given.contentType).toContain(contentType);
});

test.each([
  [{ model: "widow:1/s" }, '--model: "widow" is no limit; did you mean "window"?'],
  [{ faults: "resetz=1%" }, '--faults: "resetz" is not a fault; did you mean "resets"?'],
  [
    { latency: "soon" },
    '--latency: "soon" is not a duration; write for example 30s, 500ms or 1m30s',
  ],
  [{ port: "65536" }, "--port: 65536 is no port; there are 65,535"],
  [{ answers: "empty.jsonl" }, "--answers empty.jsonl has no line"],
])("%o is refused in one sentence", async (values, words) => {
  await expect(read(values as Readonly<Record<string, string>>)).rejects.toThrow(words);
});

test.each(["bad.jsonl", "bad.json", "{"])("--answers %s is not JSON", async (answers) => {
  await expect(read({ answers })).rejects.toThrow(/^--answers.* is not JSON: /);
});

import { join } from "node:path";

import { expect, test } from "vitest";

import { parseCommandLine } from "./command-line.ts";
import { pickedFields, rehearsedSettings } from "./rehearsed-settings.ts";
import { readSettings, type Settings } from "./settings.ts";

const FOLDER = join("/nowhere", "rehearsal");

async function rehearsed(...argv: readonly string[]): Promise<Settings> {
  const line = await parseCommandLine([
    "rehearse",
    "map",
    "in.csv",
    "http://a.example/{x}",
    ...argv,
  ]);
  const settings = await readSettings("map", line, () => Promise.resolve(Buffer.from("")));
  return await rehearsedSettings(settings, { port: 81, folder: FOLDER });
}

test("everything that is written is written below the folder, and no run is", async () => {
  const { output, run, summary, cookieJar, detour } = await rehearsed(
    ...["-o", "../real/out.jsonl", "--save", "../players/{x}/{x|slug}.json", "--keep"],
    ...["--summary", "/real/sums.json", "--cookie-jar", "/real/cookies.txt", "--run", "real"],
  );
  expect(output.path).toBe(join(FOLDER, "out.jsonl"));
  expect(output.save).toBe(join(FOLDER, "files", "{x}/{x|slug}.json"));
  expect(output.keeps).toBe("nothing");
  expect(summary).toBe(join(FOLDER, "sums.json"));
  expect(cookieJar).toBe(join(FOLDER, "cookies.txt"));
  expect(run).toEqual({ kind: "in memory" });
  expect(detour).toEqual({ port: 81 });
});

test("records for stdout go to a file, in the format that they have", async () => {
  const { output } = await rehearsed();
  expect(output).toMatchObject({
    kind: "records",
    path: join(FOLDER, "stdout"),
    format: undefined,
  });
});

test("a rehearsal stops after so many requests as can be judged", async () => {
  expect((await rehearsed()).caps.maxRequests).toBe(300_000);
  expect((await rehearsed("--max-requests", "20")).caps.maxRequests).toBe(20);
  expect((await rehearsed("--max-requests", "9000000")).caps.maxRequests).toBe(300_000);
});

test("plain fields that are picked are made up, other expressions are not", () => {
  expect(pickedFields(["gender", "n=data.name,count", "a[0].b", "$.x.y", "css:h1"])).toEqual([
    ...["gender", "data.name", "count", "x.y"],
  ]);
});

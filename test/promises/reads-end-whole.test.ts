import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";
import { startWorld, type World } from "../support/world.ts";

/** Runs three rows, the second refused; their answers are kept. */
async function keep(world: World, folder: TemporaryFolder, ...more: readonly string[]) {
  await folder.write("t.csv", "name,path\nann,json/1\nbob,status/404\ncid,json/3\n");
  const template = `${world.at("/")}{+path}`;
  const words = ["map", "t.csv", template, "--retries", "0", "--keep", "--run", "r"];
  return await fanfetch(...words, ...more).in(folder);
}

describe("what a command writes of a run", () => {
  test("is whole or not there, where a kept answer is damaged", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await keep(world, folder, "-o", "out.csv");
    await truncate(join(folder.path, "r/kept.pack"), 12);
    const outputs = async (): Promise<readonly string[]> =>
      (await folder.names()).filter((name) => !name.startsWith("r/"));
    const before = await outputs();
    const extracted = await fanfetch("extract", "r", "--pick", "@", "-o", "x.csv").in(folder);
    const exported = await fanfetch("export", "r", "-o", "x.warc.gz").in(folder);
    for (const ended of [extracted, exported]) {
      expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
      expect(ended.stderr).toMatch(/^fanfetch: kept answer \d is damaged.*\n$/);
    }
    expect(await outputs()).toEqual(before);
  });

  test("never takes the place of the run's own output or input", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await keep(world, folder, "-o", "out.csv");
    const output = await folder.read("out.csv");
    for (const name of ["out.csv", "t.csv"]) {
      const words = ["extract", "r", "--pick", "@", "-o", name, "--force"];
      expect(await fanfetch(...words).in(folder)).toMatchObject({ exitCode: 2 });
    }
    expect(await folder.read("out.csv")).toBe(output);
    expect(await folder.read("t.csv")).toMatch(/^name,path\n/);
  });

  test("is not made of an input that is another by now", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await keep(world, folder, "-o", "out.csv");
    await folder.write("t.csv", "name,path\nzoe,json/9\n");
    const ended = await fanfetch("extract", "r", "--pick", "@", "-o", "x.csv").in(folder);
    expect(ended).toMatchObject({ exitCode: 2 });
    expect(ended.stderr).toContain("t.csv is not what it was when the run began");
    expect(await folder.names()).not.toContain("x.csv");
  });

  test("has the header fields that were kept, in a HAR", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await keep(world, folder, "-o", "out.csv");
    await fanfetch("export", "r", "-o", "x.har").in(folder);
    const { log } = JSON.parse(await folder.read("x.har")) as {
      log: { entries: { response: { headers: object[]; content: { mimeType: string } } }[] };
    };
    expect(log.entries).toHaveLength(3);
    const [{ response }] = log.entries as [(typeof log.entries)[0]];
    expect(response.content.mimeType).toMatch(/^application\/json/);
    expect(response.headers).toContainEqual({
      name: "content-type",
      value: response.content.mimeType,
    });
  });
});

test("verify names saved files that are gone, shorter or changed", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("t.csv", "n\n1\n2\n3\n4\n");
  const words = ["map", "t.csv", world.at("/json/{n}"), "--save", "f/{n}", "--run", "r"];
  expect(await fanfetch(...words).in(folder)).toMatchObject({ exitCode: 0 });
  expect(await fanfetch("verify", "r").in(folder)).toMatchObject({ exitCode: 0 });
  const at = (name: string): string => join(folder.path, "f", name);
  await rm(at("1"));
  await truncate(at("2"), 0);
  const text = await readFile(at("3"), "utf8");
  await writeFile(at("3"), `${text.slice(0, -1)} `);
  const ended = await fanfetch("verify", "r").in(folder);
  expect(ended.exitCode).toBe(1);
  expect(ended.stdout.split("\n")).toEqual([
    `${at("1")} is not there`,
    expect.stringMatching(/f\/2 has 0 bytes, its answer had \d+$/),
    `${at("3")} was changed since it was written`,
    "4 inputs = 4 answered + 0 failed + 0 skipped",
    "",
  ]);
});

test.each([
  [["--save", "f/g/{typo}"]],
  [["--save", "f/{typo}", "--pick", "a"]],
  [["--save", "f/{name}", "--cookie-jar", "none/jar"]],
  [["--save", "f/{name}", "-o", "none/x.csv"]],
  [["--save", "t.csv/{name}", "-o", "x.csv"]],
])("%j, where nothing can be sent, leaves nothing behind", async (options) => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("t.csv", "name\nann\n");
  const ended = await fanfetch("map", "t.csv", world.at("/json/{name}"), ...options).in(folder);
  expect(ended.exitCode).toBe(2);
  expect(world.seen.total).toBe(0);
  const names = (await folder.names()).filter((name) => !name.startsWith(".fanfetch"));
  expect(names).toEqual(["t.csv"]);
});

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

/** A table of numbered names. */
async function writeNames(folder: TemporaryFolder, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `n${index + 1}`);
  await folder.write("names.csv", `name\n${names.join("\n")}\n`);
}

/** The names of a table of records, as they stand. */
function namesIn(table: string): readonly string[] {
  return table
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")[0]!);
}

function runsIn(folder: TemporaryFolder): readonly string[] {
  return readdirSync(join(folder.path, ".fanfetch"));
}

describe("the same command again", () => {
  test("sends nothing when nothing is owed, and says what is there; --force asks anew", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await writeNames(folder, 30);
    const words = [
      "map",
      "names.csv",
      world.at("/echo?n={name}"),
      "--pick",
      "path",
      "-o",
      "out.csv",
    ];
    const first = await fanfetch(...words).in(folder);
    expect(first.exitCode, first.stderr).toBe(0);
    const table = await folder.read("out.csv");

    const again = await fanfetch(...words, "-j", "3", "--retries", "1").in(folder);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toContain("30 of 30 are there already; nothing is owed");
    expect(again.stderr).toContain("30 inputs = 30 answered + 0 failed + 0 skipped");
    expect(world.seen.total).toBe(30);
    expect(await folder.read("out.csv")).toBe(table);
    expect(runsIn(folder)).toHaveLength(1);

    const anew = await fanfetch(...words, "--force").in(folder);
    expect(anew.exitCode, anew.stderr).toBe(0);
    expect(world.seen.total).toBe(60);
    expect(runsIn(folder)).toHaveLength(2);
  });

  test("is another run where what is asked, what is written or the input differs", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await writeNames(folder, 5);
    const url = world.at("/echo?n={name}");
    await fanfetch("map", "names.csv", url, "--pick", "path", "-o", "one.csv").in(folder);
    await fanfetch("map", "names.csv", url, "--pick", "path", "-o", "two.csv").in(folder);
    await fanfetch("map", "names.csv", url, "--pick", "method", "-o", "three.csv").in(folder);
    expect(world.seen.total).toBe(15);
    await writeNames(folder, 6);
    const other = await fanfetch("map", "names.csv", url, "--pick", "path", "-o", "one.csv").in(
      folder,
    );
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain("one.csv exists and is not this run's");
    expect(world.seen.total).toBe(15);
    expect(runsIn(folder)).toHaveLength(3);
  });

  test("through stdin is known by what it read", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    const words = ["map", "-", world.at("/echo?n={name}"), "--pick", "path", "-o", "out.csv"];
    const names = "name\na\nb\nc\n";
    const capped = await fanfetch(...words, "--max-requests", "2")
      .stdin(names)
      .in(folder);
    expect(capped.exitCode, capped.stderr).toBe(3);
    const again = await fanfetch(...words)
      .stdin(names)
      .in(folder);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toContain("2");
    expect(world.seen.total).toBe(3);
    expect(namesIn(await folder.read("out.csv")).toSorted()).toEqual(["a", "b", "c"]);
    const other = await fanfetch(...words)
      .stdin("name\na\nz\n")
      .in(folder);
    expect(other.exitCode).toBe(2);
    expect(world.seen.total).toBe(3);
    expect(runsIn(folder)).toHaveLength(1);
    const verified = await fanfetch("verify").in(folder);
    expect(verified.exitCode, verified.stdout).toBe(0);
  });

  test("asks for a saved file that somebody took away, and for nothing else", async () => {
    await using world = await startWorld();
    await using folder = await temporaryFolder();
    await writeNames(folder, 10);
    const words = ["map", "names.csv", world.at("/echo?n={name}"), "--save", "out/{name}.json"];
    expect((await fanfetch(...words).in(folder)).exitCode).toBe(0);
    const { rm } = await import("node:fs/promises");
    await rm(join(folder.path, "out/n4.json"));
    const verified = await fanfetch("verify").in(folder);
    expect([verified.exitCode, verified.stdout]).toEqual([
      1,
      expect.stringContaining("n4.json is not there"),
    ]);
    const again = await fanfetch(...words).in(folder);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(world.seen.total).toBe(11);
    expect((await fanfetch("verify").in(folder)).exitCode).toBe(0);
  });
});

describe.each(["arrival", "input"])("a run in the order of %s", (order) => {
  test.each(["out.csv", "out.jsonl", "out.json", "out.tsv"])(
    "that a cap stopped goes on by resume, cap lifted, into %s",
    async (output) => {
      await using world = await startWorld();
      await using folder = await temporaryFolder();
      await writeNames(folder, 60);
      const stopped = await fanfetch(
        ...["map", "names.csv", world.at("/slow/1ms-9ms/echo?n={name}"), "--pick", "path"],
        ...["-o", output, "--order", order, "--max-requests", "25"],
      ).in(folder);
      expect(stopped.exitCode, stopped.stderr).toBe(3);
      expect(stopped.stderr).toMatch(/nothing lost · go on with: fanfetch resume \.fanfetch\//);
      const unfinished = await fanfetch("verify").in(folder);
      expect([unfinished.exitCode, unfinished.stdout]).toEqual([
        1,
        expect.stringContaining("25 answered + 0 failed + 0 skipped + 35 owed"),
      ]);
      const ended = await fanfetch("resume", "--summary", "s.json").in(folder);
      expect(ended.exitCode, ended.stderr).toBe(0);
      expect(world.seen.total).toBe(60);
      expect(JSON.parse(await folder.read("s.json"))).toMatchObject({
        inputs: 60,
        answered: 60,
        requests: 60,
        run: expect.stringContaining(".fanfetch/"),
      });
      const table = await folder.read(output);
      for (let row = 1; row <= 60; row += 1) {
        expect(table.match(new RegExp(`\\bn${row}\\b`, "g")), `n${row}`).toHaveLength(1);
      }
      if (order === "input") {
        const found = [...table.matchAll(/\bn(\d+)\b/g)].map(([, row]) => Number(row));
        expect(found).toEqual(found.toSorted((one, other) => one - other));
      }
      if (output === "out.json") expect(JSON.parse(table)).toHaveLength(60);
      expect((await fanfetch("verify").in(folder)).exitCode).toBe(0);
    },
  );

  test.each(["out.csv", "out.json"])(
    "asks again what failed by retry, in the places of the old records of %s",
    async (output) => {
      await using world = await startWorld();
      await using folder = await temporaryFolder();
      // Every third row fails the first time it is asked, every fifth always.
      const paths = Array.from({ length: 45 }, (_, index) => {
        if (index % 5 === 4) return `status/404?k=a${index}`;
        return index % 3 === 2 ? `status/500/then/echo?k=a${index}` : `echo?k=a${index}`;
      });
      await folder.write("rows.csv", `path\n${paths.join("\n")}\n`);
      const first = await fanfetch(
        ...["map", "rows.csv", world.at("/{+path}"), "--pick", "method", "--retries", "0"],
        ...["-o", output, "--order", order],
      ).in(folder);
      expect(first.exitCode, first.stderr).toBe(1);
      const failing = paths.filter((path) => path.startsWith("status/500")).length;
      const gone = paths.filter((path) => path.startsWith("status/404")).length;
      expect(first.stderr).toContain(`${45 - failing - gone} answered + ${failing + gone} failed`);
      expect(first.stderr).toContain("again: fanfetch retry");

      const retried = await fanfetch("retry", "--only", "5xx").in(folder);
      expect(retried.exitCode, retried.stderr).toBe(1);
      expect(retried.stderr).toContain(`${45 - gone} answered + ${gone} failed + 0 skipped`);
      expect(world.seen.total).toBe(45 + failing);

      const table = await folder.read(output);
      for (let row = 0; row < 45; row += 1) {
        expect(table.match(new RegExp(`=a${row}\\b`, "g")), `a${row}`).toHaveLength(1);
      }
      if (order === "input") {
        const found = [...table.matchAll(/=a(\d+)\b/g)].map(([, row]) => Number(row));
        expect(found).toEqual(Array.from({ length: 45 }, (_, row) => row));
      }
      if (output === "out.json") expect(JSON.parse(table)).toHaveLength(45);
      const verified = await fanfetch("verify").in(folder);
      expect(verified.exitCode, verified.stdout).toBe(0);
    },
  );
});

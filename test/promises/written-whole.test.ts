import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

const SINKS = new URL("../../src/sinks/", import.meta.url);

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "whole-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Starts a program of its own that may be killed; `limit` is in the shell's blocks for one file. */
function start(source: string, limit = "unlimited"): ChildProcessByStdio<null, Readable, Readable> {
  const program = `
    import { openTableSink } from ${JSON.stringify(new URL("table-sink.ts", SINKS).href)};
    import { openFileSink } from ${JSON.stringify(new URL("file-sink.ts", SINKS).href)};
    const root = ${JSON.stringify(folder)};
    ${source}`;
  const run = `ulimit -f ${limit}; exec "$0" --input-type=module --eval "$1"`;
  return spawn("/bin/sh", ["-c", run, process.execPath, program], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Kills a program as power loss would, once it has said so many lines; gives what it had said. */
async function killAfter(
  child: ChildProcessByStdio<null, Readable, Readable>,
  lines: number,
): Promise<string[]> {
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === lines) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  expect([await text(child.stderr), child.signalCode]).toEqual(["", "SIGKILL"]);
  return said;
}

/** Runs a program to its end; gives what it said. */
async function finished(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  const ended = once(child, "exit");
  const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect([errors, (await ended)[0]]).toEqual(["", 0]);
  return said;
}

describe.skipIf(process.platform === "win32")("needs a shell with ulimit and SIGKILL", () => {
  test("a killed run leaves a table of whole records, those of its marks among them", async () => {
    const child = start(`
      const sink = await openTableSink(
        { kind: "file", path: root + "/out.jsonl", exists: "refuse" }, { format: "jsonl" });
      for (let row = 1; ; row += 1) {
        const written = sink.write({ columns: ["row", "text"], values: [row, "é".repeat(row % 500)] }, row);
        if (written !== undefined) await written;
        if (row % 300 === 0) {
          const mark = await sink.commit();
          console.log(row + " " + mark.standing.bytes);
        }
      }`);
    const said = await killAfter(child, 20);
    const table = await readFile(join(folder, "out.jsonl"));
    const [rows, bytes] = said.at(-1)!.split(" ").map(Number) as [number, number];

    const marked = table.subarray(0, bytes).toString().split("\n");
    expect(marked.pop()).toBe("");
    expect(marked).toHaveLength(rows);
    // The kill may have cut the last write short: behind the last line, never within one.
    const lines = table.toString().split("\n").slice(0, -1);
    for (const [index, line] of lines.entries()) {
      expect(JSON.parse(line)).toEqual({ row: index + 1, text: "é".repeat((index + 1) % 500) });
    }
  });

  test("a killed run leaves whole files under their names, and each that it told of", async () => {
    const child = start(`
      const sink = await openFileSink({ root: root + "/out", exists: "refuse" });
      let row = 0;
      const worker = async () => {
        while (true) {
          const mine = (row += 1);
          await sink.save((mine % 7) + "/" + mine + ".txt", String(mine), Buffer.from((mine + "\\n").repeat(20_000)));
          console.log(mine);
        }
      };
      await Promise.all([worker(), worker(), worker(), worker()]);`);
    const said = await killAfter(child, 60);
    const out = join(folder, "out");
    const paths = (await readdir(out, { recursive: true })).filter((path) =>
      /\/\d+\.txt$/.test(path),
    );
    for (const path of paths) {
      const row = /(\d+)\.txt$/.exec(path)![1]!;
      expect(await readFile(join(out, path), "utf8")).toBe(`${row}\n`.repeat(20_000));
    }
    for (const row of said) expect(paths).toContain(`${Number(row) % 7}/${row}.txt`);
  });

  test.each(["jsonl", "json"])("a disk that takes no more leaves whole %s", async (format) => {
    const child = start(
      `
      const sink = await openTableSink(
        { kind: "file", path: root + "/out", exists: "refuse" }, { format: "${format}" });
      try {
        for (let row = 1; row < 1_000_000; row += 1) {
          await sink.write({ columns: ["row", "text"], values: [row, "x".repeat(3000)] }, row);
        }
      } catch (error) {
        console.log(error.name + ": " + error.message);
      }
      await sink[Symbol.asyncDispose]();`,
      "1000",
    );
    expect(await finished(child)).toBe(
      `DiskError: cannot write ${join(folder, "out")}: file too large\n`,
    );
    const table = await readFile(join(folder, "out"), "utf8");
    const rows =
      format === "json"
        ? (JSON.parse(table) as unknown[])
        : table
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line) as unknown);
    expect(table.endsWith("\n")).toBe(true);
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.at(-1)).toEqual({ row: rows.length, text: "x".repeat(3000) });
  });

  test("a disk that takes no more leaves no part of a file", async () => {
    const child = start(
      `
      const sink = await openFileSink({ root: root + "/out", exists: "refuse" });
      await sink.save("small", "1", Buffer.alloc(100));
      await sink.save("large", "2", Buffer.alloc(10_000_000)).catch((error) => {
        console.log(error.name + ": " + error.message);
      });
      await sink.close();`,
      "1000",
    );
    const path = join(folder, "out", "large");
    expect(await finished(child)).toBe(`DiskError: cannot write ${path}: file too large\n`);
    expect(await readdir(join(folder, "out"))).toEqual(["small"]);
  });

  test("a reader that goes away ends the run quietly", async () => {
    const child = start(`
      const sink = await openTableSink({ kind: "stream", stream: process.stdout }, { format: "jsonl" });
      try {
        for (let row = 1; ; row += 1) {
          await sink.write({ columns: ["row"], values: [row] }, row);
          if (row % 1000 === 0) await new Promise(setImmediate);
        }
      } catch (error) {
        process.exitCode = error.name === "ClosedPipe" ? 0 : 1;
      }
      await sink[Symbol.asyncDispose]();`);
    child.stdout.once("data", () => child.stdout.destroy());
    const [code] = (await once(child, "exit")) as [number];
    expect([await text(child.stderr), code]).toEqual(["", 0]);
  });
});

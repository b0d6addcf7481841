import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import type { Clock } from "../core/clock.ts";
import { UsageError } from "../core/usage-error.ts";
import type { ByteOutput } from "./byte-output.ts";
import { DiskError, type OutputRecord } from "./sink.ts";
import { createTableSink, openTableSink } from "./table-sink.ts";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tables-"));
  path = join(folder, "out.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

const record = (a: unknown): OutputRecord => ({ columns: ["a"], values: [a] });
const file = (exists: "refuse" | "overwrite" = "refuse") =>
  ({ kind: "file", path, exists }) as const;

/** One timer at a time is all that a table needs. */
function createTestClock(): Clock & { fire(): void; armed: () => number } {
  const timers = new Set<() => void>();
  return {
    now: () => 0,
    wallNow: () => 0,
    after(_delayMs, callback) {
      timers.add(callback);
      return { [Symbol.dispose]: () => void timers.delete(callback) };
    },
    fire() {
      for (const callback of timers) {
        timers.delete(callback);
        callback();
      }
    },
    armed: () => timers.size,
  };
}

/** An output in memory that a test can let fail or hold up. */
function createTestOutput(): ByteOutput & { text: string; calls: string[]; act: () => unknown } {
  return {
    text: "",
    calls: [],
    act: () => undefined,
    async write(bytes) {
      this.calls.push("write");
      await this.act();
      this.text += Buffer.from(bytes).toString();
    },
    async sync() {
      this.calls.push("sync");
      await this.act();
    },
    async close() {
      this.calls.push("close");
    },
    async abandon() {
      this.calls.push("abandon");
    },
  };
}

test("a file holds what was written, and its mark is its length", async () => {
  const sink = await openTableSink(file(), { format: "jsonl" });
  void sink.write(record("é"), 1);
  const mark = await sink.commit();
  expect(await readFile(path, "utf8")).toBe('{"a":"é"}\n');
  expect(mark.bytes).toBe(11);
  void sink.write(record(2), 2);
  await sink.close();
  expect(await readFile(path, "utf8")).toBe('{"a":"é"}\n{"a":2}\n');
});

test("ten thousand records arrive whole and in order", async () => {
  const sink = await openTableSink(file(), { format: "jsonl" });
  for (let row = 1; row <= 10_000; row += 1) {
    await sink.write(record(`${row} ${"é".repeat(row % 300)}`), row);
  }
  await sink.close();
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  expect(lines).toHaveLength(10_000);
  expect(lines.every((line, index) => JSON.parse(line).a.startsWith(`${index + 1} `))).toBe(true);
});

test("a file that is there is refused, and stays as it is", async () => {
  await writeFile(path, "precious");
  await expect(openTableSink(file(), { format: "jsonl" })).rejects.toThrow(
    new UsageError(`${path} exists and is not this run's; --force overwrites it`),
  );
  expect(await readFile(path, "utf8")).toBe("precious");
});

test("a file to be overwritten stays as it is until there is something to write", async () => {
  await writeFile(path, "precious and long");
  const unused = await openTableSink(file("overwrite"), { format: "jsonl" });
  await unused[Symbol.asyncDispose]();
  expect(await readFile(path, "utf8")).toBe("precious and long");
  const sink = await openTableSink(file("overwrite"), { format: "jsonl" });
  void sink.write(record(1), 1);
  await sink.close();
  expect(await readFile(path, "utf8")).toBe('{"a":1}\n');
});

test("a run that ends without a record leaves an empty table where it overwrites", async () => {
  await writeFile(path, "old");
  const sink = await openTableSink(file("overwrite"), { format: "csv" });
  await sink.close();
  expect(await readFile(path, "utf8")).toBe("");
});

test("a run that never began leaves no file", async () => {
  const sink = await openTableSink(file(), { format: "json" });
  expect(existsSync(path)).toBe(true);
  await sink[Symbol.asyncDispose]();
  expect(existsSync(path)).toBe(false);
});

test("a run that breaks off leaves a table that is whole", async () => {
  const sink = await openTableSink(file(), { format: "json" });
  void sink.write(record(1), 1);
  await sink[Symbol.asyncDispose]();
  expect(JSON.parse(await readFile(path, "utf8"))).toEqual([{ a: 1 }]);
});

const full = existsSync("/dev/full") ? test : test.skip;
full("a full disk is told by whoever waits and by all who come after", async () => {
  const target = { kind: "file", path: "/dev/full", exists: "refuse" } as const;
  const sink = await openTableSink(target, { format: "jsonl" });
  void sink.write(record(1), 1);
  await expect(sink.commit()).rejects.toThrow(
    new DiskError("cannot write /dev/full: no space left on device"),
  );
  expect(() => sink.write(record(2), 2)).toThrow(DiskError);
  await expect(sink.close()).rejects.toBeInstanceOf(DiskError);
});

test("a disk that refuses is left with a whole table", async () => {
  const output = createTestOutput();
  const sink = createTableSink(output, { format: "json" });
  void sink.write(record(1), 1);
  await sink.commit();
  let refusals = 0;
  output.act = () => {
    refusals += 1;
    if (refusals === 1) throw new DiskError("full");
  };
  void sink.write(record(2), 2);
  await expect(sink.close()).rejects.toThrow("full");
  expect(JSON.parse(output.text)).toEqual([{ a: 1 }]);
  expect(output.calls.at(-1)).toBe("abandon");
});

test("a sync that failed is never tried again", async () => {
  const output = createTestOutput();
  const sink = createTableSink(output, { format: "jsonl" });
  void sink.write(record(1), 1);
  output.act = () => {
    if (output.calls.at(-1) === "sync") throw new DiskError("lost");
  };
  await expect(sink.commit()).rejects.toThrow("lost");
  await expect(sink.commit()).rejects.toThrow("lost");
  await sink[Symbol.asyncDispose]();
  expect(output.calls.filter((call) => call === "sync")).toHaveLength(1);
  expect(output.calls).not.toContain("close");
});

test("a failure that nobody heard is told when the table is disposed of", async () => {
  const output = createTestOutput();
  output.act = () => {
    throw new DiskError("full");
  };
  const sink = createTableSink(output, { format: "jsonl" });
  void sink.write(record(1), 1);
  await expect(sink[Symbol.asyncDispose]()).rejects.toThrow("full");
});

test("who writes waits for an output that is far behind, and for no other", async () => {
  const output = createTestOutput();
  const held = Promise.withResolvers<void>();
  output.act = () => held.promise;
  const sink = createTableSink(output, { format: "jsonl" });
  const long = "x".repeat(100_000);
  let row = 0;
  let waiting: Promise<void> | void = undefined;
  while (waiting === undefined) waiting = sink.write(record(long), (row += 1));
  expect(row).toBeGreaterThan(10);
  expect(row).toBeLessThan(15);
  held.resolve();
  await waiting;
  expect(output.text.split("\n")).toHaveLength(row + 1);
  expect(output.calls).toHaveLength(2);
});

test("records that trickle go out after a while, and no timer is left", async () => {
  const output = createTestOutput();
  const clock = createTestClock();
  const sink = createTableSink(output, { format: "jsonl", clock });
  void sink.write(record(1), 1);
  void sink.write(record(2), 2);
  expect(output.calls).toEqual([]);
  expect(clock.armed()).toBe(1);
  clock.fire();
  await Promise.resolve();
  expect(output.text).toBe('{"a":1}\n{"a":2}\n');
  expect(clock.armed()).toBe(0);
  void sink.write(record(3), 3);
  expect(clock.armed()).toBe(1);
  await sink.close();
  expect(clock.armed()).toBe(0);
});

test("nothing is written to a closed table", async () => {
  const sink = createTableSink(createTestOutput(), { format: "jsonl" });
  await sink.close();
  await sink.close();
  expect(() => sink.write(record(1), 1)).toThrow(TypeError);
});

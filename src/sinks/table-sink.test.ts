import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";

import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";

import type { Clock } from "../core/clock.ts";
import { UsageError } from "../core/usage-error.ts";
import type { ByteOutput } from "./byte-output.ts";
import { DiskError } from "../core/disk-error.ts";
import type { Mark, OutputRecord } from "./sink.ts";
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
    kind: "file",
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
  expect(mark.standing).toEqual({ bytes: 11, checksum: crc32('{"a":"é"}\n'), columns: ["a"] });
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

test("a table whose sync failed while it was written to is ended behind that", async () => {
  const output = createTestOutput();
  const [syncing, writing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  output.act = () => (output.calls.at(-1) === "sync" ? syncing.promise : undefined);
  const sink = createTableSink(output, { format: "json" });
  void sink.write(record(1), 1);
  const committed = sink.commit();
  await setImmediate();
  output.act = () => (output.calls.length === 3 ? writing.promise : undefined);
  const long = "x".repeat(100_000);
  void sink.write(record(long), 2);
  syncing.reject(new DiskError("lost"));
  await expect(committed).rejects.toThrow("lost");
  const disposed = sink[Symbol.asyncDispose]();
  await setImmediate();
  expect(output.calls).toEqual(["write", "sync", "write"]);
  writing.resolve();
  await disposed;
  expect(JSON.parse(output.text)).toEqual([{ a: 1 }, { a: long }]);
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

test("a record that comes while a commit runs does not lie longer than others", async () => {
  const output = createTestOutput();
  const clock = createTestClock();
  const sink = createTableSink(output, { format: "jsonl", clock });
  void sink.write(record(1), 1);
  const committed = sink.commit();
  void sink.write(record(2), 2);
  await committed;
  expect(output.text).toBe('{"a":1}\n');
  clock.fire();
  await Promise.resolve();
  expect(output.text).toBe('{"a":1}\n{"a":2}\n');
  await sink.close();
});

test("nothing is written to a closed table", async () => {
  const sink = createTableSink(createTestOutput(), { format: "jsonl" });
  await sink.close();
  await sink.close();
  expect(() => sink.write(record(1), 1)).toThrow(TypeError);
});

test("a mark tells exactly of what was taken before the commit, however slow the output is", async () => {
  const output = createTestOutput();
  const first = Promise.withResolvers<void>();
  output.act = () => (output.calls.length === 1 ? first.promise : undefined);
  const sink = createTableSink(output, { format: "jsonl", marks: "kept" });
  void sink.write(record(1), 1);
  const one = sink.commit();
  void sink.write(record("é"), 3);
  void sink.write(record(2), 2);
  const two = sink.commit();
  void sink.write(record(4), 4);
  expect(output.calls).toEqual(["write"]);
  first.resolve();
  const text = ['{"a":1}\n', '{"a":"é"}\n{"a":2}\n', '{"a":4}\n'];
  expect(await one).toEqual({
    rows: [1],
    standing: { bytes: 8, checksum: crc32(text[0]!), columns: ["a"] },
    held: [],
  });
  expect(await two).toEqual({
    rows: [3, 2],
    standing: { bytes: 27, checksum: crc32(text[0]! + text[1]!), columns: ["a"] },
    held: [],
  });
  expect((await sink.close()).rows).toEqual([4]);
  expect(output.text).toBe(text.join(""));
});

test("a commit syncs after its bytes are out, and never beside another sync", async () => {
  const output = createTestOutput();
  const held = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let syncs = 0;
  output.act = () => (output.calls.at(-1) === "sync" ? held[syncs++]!.promise : undefined);
  const sink = createTableSink(output, { format: "jsonl", marks: "kept" });
  void sink.write(record(1), 1);
  const one = sink.commit();
  void sink.write(record(2), 2);
  const two = sink.commit();
  await setImmediate();
  expect(output.calls).toEqual(["write", "write", "sync"]);
  held[0]!.resolve();
  await one;
  await setImmediate();
  expect(output.calls).toEqual(["write", "write", "sync", "sync"]);
  held[1]!.resolve();
  expect((await two).rows).toEqual([2]);
});

test("rows are collected only where marks are kept", async () => {
  const sink = createTableSink(createTestOutput(), { format: "jsonl" });
  void sink.write(record(1), 1);
  expect((await sink.commit()).rows).toEqual([]);
});

test("the commit after one that failed fails with the same error and syncs nothing", async () => {
  const output = createTestOutput();
  output.act = () => {
    if (output.calls.at(-1) === "sync") throw new DiskError("lost");
  };
  const sink = createTableSink(output, { format: "jsonl", marks: "kept" });
  void sink.write(record(1), 1);
  const commits = await Promise.allSettled([sink.commit(), sink.commit()]);
  expect(commits.map((commit) => commit.status)).toEqual(["rejected", "rejected"]);
  expect(() => sink.write(record(2), 2)).toThrow("lost");
  await expect(sink.close()).rejects.toThrow("lost");
  expect(output.calls.filter((call) => call === "sync")).toHaveLength(1);
});

test("where a table stands does not count its ending", async () => {
  const sink = await openTableSink(file(), { format: "json", marks: "kept" });
  void sink.write(record(1), 1);
  expect(await sink.close()).toEqual({
    rows: [1],
    standing: { bytes: 9, checksum: crc32('[\n{"a":1}'), columns: ["a"] },
    held: [],
  });
  expect(await readFile(path, "utf8")).toBe('[\n{"a":1}\n]\n');
});

/** An output in memory that takes its time where a test says so. */
function createMemoryOutput(before: Buffer, slow: () => boolean): ByteOutput & { held: Buffer } {
  const pause = async (): Promise<void> => {
    if (slow()) await setImmediate();
  };
  return {
    kind: "file",
    held: before,
    async write(bytes) {
      await pause();
      this.held = Buffer.concat([this.held, bytes]);
    },
    sync: pause,
    async close() {},
    async abandon() {},
  };
}

const anyRow = fc
  .record({
    columns: fc.constantFrom(["a", "b"], ["b", "c"], ["=a", "b"]),
    values: fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.constant('x"\n,y'), fc.integer()), {
      minLength: 2,
      maxLength: 2,
    }),
  })
  .map((one): OutputRecord => one);

/** A record, or those of several items, some of them longer than what is written in one piece. */
const anyRecord = fc.oneof(
  anyRow,
  fc
    .array(fc.tuple(anyRow, fc.constantFrom(0, 0, 0, 700_000)), { maxLength: 4 })
    .map((items): OutputRecord => {
      const grown = items.map(([{ columns, values }, more]) => ({
        columns,
        values: [values[0], "x".repeat(more)],
      }));
      return { columns: [], values: [], items: grown };
    }),
);

test.each(["jsonl", "json", "csv", "tsv"] as const)(
  "%s cut at any mark and gone on with is the table of a run that never stopped",
  async (format) => {
    const steps = fc.array(fc.tuple(anyRecord, fc.boolean()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), fc.array(fc.boolean()), async (all, which, pauses) => {
        let turn = 0;
        const slow = (): boolean => pauses[turn++ % Math.max(1, pauses.length)] ?? false;
        const output = createMemoryOutput(Buffer.alloc(0), slow);
        const sink = createTableSink(output, { format, marks: "kept" });
        const commits: Promise<Mark>[] = [];
        for (const [index, [written, isCommitted]] of all.entries()) {
          const taken = sink.write(written, index + 1);
          // Also while the items of a row are still being written.
          if (isCommitted) commits.push(sink.commit());
          await taken;
        }
        const marks = [...(await Promise.all(commits)), await sink.close()];
        expect(marks.flatMap((mark) => mark.rows)).toEqual(all.map((_, index) => index + 1));

        const last = which % marks.length;
        const standing = marks[last]!.standing!;
        const before = output.held.subarray(0, standing.bytes);
        expect(crc32(before)).toBe(standing.checksum);
        const again = createMemoryOutput(before, slow);
        const resumed = createTableSink(again, { format, standing, marks: "kept" });
        const done = marks.slice(0, last + 1).flatMap((mark) => mark.rows).length;
        for (let row = done + 1; row <= all.length; row += 1) {
          await resumed.write(all[row - 1]![0], row);
        }
        expect((await resumed.close()).standing).toEqual(marks.at(-1)!.standing);
        expect(again.held.toString()).toBe(output.held.toString());
      }),
    );
  },
);

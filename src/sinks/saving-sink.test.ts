import { expect, test } from "vitest";

import { createNullSink } from "./null-sink.ts";
import { ordered } from "./ordered.ts";
import { savingSink } from "./saving-sink.ts";
import { DiskError } from "../core/disk-error.ts";
import type { OutputRecord, SavedBody, Sink } from "./sink.ts";

const record = (name: string): OutputRecord => ({
  columns: ["a"],
  values: [name],
  saved: { path: [name], key: name, body: Buffer.from(name) },
});

/** Saves that end when a test says so. */
function createTestSaves() {
  const under = new Map<string, PromiseWithResolvers<{ readonly path: string }>>();
  return {
    save: ({ path }: SavedBody): Promise<{ readonly path: string }> => {
      const saving = Promise.withResolvers<{ readonly path: string }>();
      under.set(path[0]!, saving);
      return saving.promise;
    },
    async end(name: string, error?: Error): Promise<void> {
      if (error === undefined) under.get(name)!.resolve({ path: `saved/${name}` });
      else under.get(name)!.reject(error);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test("a mark tells of rows whose files are saved, and waits for no other", async () => {
  const saves = createTestSaves();
  const sink = savingSink(saves.save, createNullSink({ marks: "kept" }));
  void sink.write(record("x"), 1);
  void sink.write(record("y"), 2);
  expect((await sink.commit()).rows).toEqual([]);
  await saves.end("y");
  expect((await sink.commit()).rows).toEqual([2]);
  let closed = false;
  const closing = sink.close().finally(() => (closed = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(closed).toBe(false);
  await saves.end("x");
  expect((await closing).rows).toEqual([1]);
});

test("a record is handed on with its file in place of its body, in the order of the input where that is asked for", async () => {
  const saves = createTestSaves();
  const rows: [number, OutputRecord][] = [];
  const inner: Sink = {
    ...createNullSink(),
    write: (written, row) => void rows.push([row, written]),
  };
  const sink = savingSink(saves.save, ordered(inner, { marks: "kept" }));
  void sink.write(record("x"), 1);
  void sink.write(record("y"), 2);
  await saves.end("y");
  expect((await sink.commit()).held).toEqual([
    { row: 2, record: { columns: ["a"], values: ["y"], savedAt: "saved/y" } },
  ]);
  await saves.end("x");
  expect(rows).toEqual([
    [1, { columns: ["a"], values: ["x"], savedAt: "saved/x" }],
    [2, { columns: ["a"], values: ["y"], savedAt: "saved/y" }],
  ]);
  await sink.close();
});

test("a save that failed is the end of all, and its row in no mark", async () => {
  const saves = createTestSaves();
  const sink = savingSink(saves.save, createNullSink({ marks: "kept" }));
  void sink.write(record("x"), 1);
  await saves.end("x", new DiskError("full"));
  await expect(sink.commit()).rejects.toThrow("full");
  expect(() => sink.write(record("y"), 2)).toThrow("full");
  await expect(sink.close()).rejects.toThrow("full");
});

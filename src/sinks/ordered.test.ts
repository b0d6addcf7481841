import fc from "fast-check";
import { expect, test } from "vitest";

import { ordered } from "./ordered.ts";
import { DiskError } from "../core/disk-error.ts";
import type { Sink } from "./sink.ts";

/** A sink that remembers; `act` may hold it up or refuse. */
function createTestSink(act: (row: number) => Promise<void> | void = () => {}): Sink & {
  readonly rows: number[];
  readonly calls: string[];
} {
  const rows: number[] = [];
  const calls: string[] = [];
  return {
    rows,
    calls,
    write(record, rowNumber) {
      const acted = act(rowNumber);
      expect(record.values).toEqual([rowNumber]);
      rows.push(rowNumber);
      return acted;
    },
    async commit() {
      calls.push("commit");
      return { rows: rows.splice(0), standing: undefined, held: [] };
    },
    async close() {
      calls.push("close");
      return { rows: [...rows], standing: undefined, held: [] };
    },
    async [Symbol.asyncDispose]() {
      calls.push("dispose");
    },
  };
}

const record = (row: number) => ({ columns: ["a"], values: [row] });
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

test("whatever the order of arrival, rows go out in theirs, as soon as they can", async () => {
  const arrivals = fc
    .integer({ min: 1, max: 40 })
    .chain((count) => fc.shuffledSubarray(upTo(count), { minLength: count }));
  await fc.assert(
    fc.asyncProperty(arrivals, fc.array(fc.boolean()), async (rows, slow) => {
      const inner = createTestSink((row) => (slow[row] === true ? Promise.resolve() : undefined));
      const sink = ordered(inner);
      const arrived = new Set<number>();
      for (const row of rows) {
        await sink.write(record(row), row);
        arrived.add(row);
        const missing = upTo(rows.length + 1).find((one) => !arrived.has(one))!;
        expect(sink.oldestMissing).toBe(missing);
        expect(inner.rows).toEqual(upTo(missing - 1));
        expect(sink.held).toBe(arrived.size - missing + 1);
      }
      expect(inner.rows).toEqual(upTo(rows.length));
    }),
  );
});

test("those who write while the sink is behind do not overtake", async () => {
  const held = Promise.withResolvers<void>();
  const inner = createTestSink((row) => (row === 1 ? held.promise : undefined));
  const sink = ordered(inner);
  const waiting = [3, 1, 2, 4].map(async (row) => sink.write(record(row), row));
  expect(inner.rows).toEqual([1]);
  held.resolve();
  await Promise.all(waiting);
  expect(inner.rows).toEqual([1, 2, 3, 4]);
});

test("what waits for rows that never come is written in order at the end", async () => {
  const inner = createTestSink();
  const sink = ordered(inner);
  for (const row of [9, 2, 1, 5]) await sink.write(record(row), row);
  expect(inner.rows).toEqual([1, 2]);
  await sink.close();
  await sink[Symbol.asyncDispose]();
  expect(inner.rows).toEqual([1, 2, 5, 9]);
  expect(inner.calls).toEqual(["close", "dispose"]);
});

test("a sink disposed of early has everything that was taken", async () => {
  const inner = createTestSink();
  {
    await using sink = ordered(inner);
    await sink.write(record(7), 7);
  }
  expect(inner.rows).toEqual([7]);
  expect(inner.calls).toEqual(["dispose"]);
});

test("a mark tells of what was passed on, and of those that came since the last and wait", async () => {
  const sink = ordered(createTestSink(), { marks: "kept" });
  for (const row of [1, 5, 3]) await sink.write(record(row), row);
  const held = (...rows: number[]): object[] => rows.map((row) => ({ row, record: record(row) }));
  const standing = undefined;
  expect(await sink.commit()).toEqual({ rows: [1], standing, held: held(5, 3) });
  for (const row of [7, 4, 2]) await sink.write(record(row), row);
  expect(await sink.commit()).toEqual({ rows: [2, 3, 4, 5], standing, held: held(7) });
  expect(await sink.commit()).toEqual({ rows: [], standing, held: [] });
  await sink.write(record(6), 6);
  expect(await sink.close()).toEqual({ rows: [6, 7], standing, held: [] });
});

test("a record behind a slow sink waits for its turn, in the mark too", async () => {
  const slow = Promise.withResolvers<void>();
  const inner = createTestSink((row) => (row === 1 ? slow.promise : undefined));
  const sink = ordered(inner, { marks: "kept" });
  const written = [1, 2].map(async (row) => sink.write(record(row), row));
  expect(await sink.commit()).toMatchObject({ rows: [1], held: [{ row: 2 }] });
  slow.resolve();
  await Promise.all(written);
  expect(await sink.commit()).toMatchObject({ rows: [2], held: [] });
});

test("the mark of a run that stopped with a gap stands before what was written in its place", async () => {
  const inner = createTestSink();
  const sink = ordered(inner, { marks: "kept" });
  for (const row of [1, 3, 2, 9, 5]) await sink.write(record(row), row);
  expect(await sink.close()).toMatchObject({ rows: [1, 2, 3], held: [{ row: 9 }, { row: 5 }] });
  expect(inner.rows).toEqual([5, 9]);
});

test("a run goes on in order from where another stopped, with what that one held", async () => {
  const inner = createTestSink();
  const held = [9, 5, 4].map((row) => ({ row, record: record(row) }));
  const sink = ordered(inner, { next: 4, held, marks: "kept" });
  expect([sink.oldestMissing, sink.held]).toEqual([4, 3]);
  for (const row of [8, 6]) await sink.write(record(row), row);
  expect(inner.rows).toEqual([4, 5, 6]);
  expect(await sink.commit()).toMatchObject({ rows: [4, 5, 6], held: [{ row: 8 }] });
  expect(() => sink.write(record(3), 3)).toThrow("row 3 had its record");
  await sink.write(record(7), 7);
  expect(await sink.close()).toMatchObject({ rows: [7, 8, 9], held: [] });
});

test("what was held and has its turn needs no other record to be passed on", async () => {
  const inner = createTestSink();
  const held = [2, 1].map((row) => ({ row, record: record(row) }));
  const sink = ordered(inner, { held, marks: "kept" });
  expect(await sink.close()).toMatchObject({ rows: [1, 2], held: [] });
  expect(inner.calls).toEqual(["close"]);
});

test("a row has one record", async () => {
  const sink = ordered(createTestSink());
  for (const row of [1, 3]) await sink.write(record(row), row);
  expect(() => sink.write(record(1), 1)).toThrow(RangeError);
  expect(() => sink.write(record(3), 3)).toThrow("row 3 had its record");
});

test.each(["at once", "later"])("a refusal that comes %s is told once", async (when) => {
  const refused = new DiskError("full");
  const inner = createTestSink((row) => {
    if (row < 2) return;
    if (when === "later") return Promise.reject(refused);
    throw refused;
  });
  const sink = ordered(inner);
  await sink.write(record(1), 1);
  await expect((async () => sink.write(record(2), 2))()).rejects.toBe(refused);
  await sink[Symbol.asyncDispose]();
  expect(inner.calls).toEqual(["dispose"]);
});

test("a refusal at the end is told, and the sink is let go", async () => {
  const refuse = (): never => {
    throw new DiskError("full");
  };
  for (const end of ["close", "dispose"] as const) {
    const inner = createTestSink(refuse);
    const sink = ordered(inner);
    await sink.write(record(2), 2);
    const ended = end === "close" ? sink.close() : sink[Symbol.asyncDispose]();
    await expect(ended).rejects.toThrow("full");
    expect(inner.calls).toEqual(["dispose"]);
  }
});

test("of many that are held back the later ones are packed, and those whose turn has come are not", async () => {
  const packed: unknown[] = [];
  const inner = createTestSink();
  const sink = ordered(inner, {
    pack(one) {
      packed.push(one.values[0]);
      return one;
    },
  });
  for (const row of upTo(1_003).slice(1)) await sink.write(record(row), row);
  expect(packed).toEqual([1_002, 1_003]);
  await sink.write(record(1), 1);
  expect(packed).toHaveLength(2);
  expect(inner.rows).toEqual(upTo(1_003));
});

import fc from "fast-check";
import { expect, test } from "vitest";

import { ordered } from "./ordered.ts";
import { DiskError, type Sink } from "./sink.ts";

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
      return { bytes: rows.length };
    },
    async close() {
      calls.push("close");
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

test("a mark tells only of what was passed on", async () => {
  const sink = ordered(createTestSink());
  for (const row of [1, 3]) await sink.write(record(row), row);
  expect(await sink.commit()).toEqual({ bytes: 1 });
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

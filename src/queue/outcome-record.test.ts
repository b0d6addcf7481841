import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import type { Outcome } from "../core/outcome.ts";
import { createRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { OutcomeRecords, readRecords } from "./outcome-record.ts";
import { RECORD_BYTES } from "./record-layout.ts";
import { RecordCursor } from "./record-cursor.ts";

const request = createRequest({ url: "http://a.example/x" });
const timing = {
  dnsMs: 1.5,
  connectMs: null,
  tlsMs: null,
  firstByteMs: 12.25,
  totalMs: 20.5,
  reused: true,
};

function answered(bytes: number): Outcome {
  const body = { path: "/nowhere", bytes };
  const wire = { wireBytes: 3, protocol: "h2" as const, timing };
  const response = new HttpResponse({ url: request.url, status: 206, headers: {}, body, ...wire });
  const call = Object.assign(createCall(), { attempts: 3, requests: 4, queuedMs: 7, heldMs: 0.5 });
  return { kind: "answered", request, response, call };
}

function failed(): Outcome {
  const failure = new Failure("E_TIMEOUT", "too slow", { request, elapsedMs: 30_000 });
  return { kind: "failed", request, failure, call: createCall() };
}

describe("packed outcomes", () => {
  test("come back as they were, sizes beyond 4 GiB included", () => {
    const records = new OutcomeRecords(new SharedArrayBuffer(RECORD_BYTES));
    const bytes = 5 * 2 ** 32 + 17;
    const place = { row: 2 ** 40 + 1, host: 3, atMs: 1_800_000_000_123, checksum: 0xfedcba98 };
    records.add(answered(bytes), place);
    records.add(failed(), { row: 2, host: 0, atMs: 5, checksum: 0 });
    expect(records.count).toBe(2);
    const packed = records.take();
    const [one, two] = [...readRecords(packed)];
    const cursor = new RecordCursor(packed);
    for (const record of [one, two]) {
      expect(cursor.next()).toBe(true);
      const { row, kind, code, status, duplicate, host, totalMs } = cursor;
      expect(record).toMatchObject({ row, kind, code, status, duplicate, host, totalMs });
      expect(record?.bytes).toBe(cursor.bytes);
    }
    expect(cursor.next()).toBe(false);
    expect(one).toEqual({
      ...place,
      kind: "answered",
      code: undefined,
      status: 206,
      attempts: 3,
      requests: 4,
      duplicate: false,
      bytes,
      queuedMs: 7,
      heldMs: 0.5,
      ...timing,
      kept: 0,
    });
    expect(two).toMatchObject({ row: 2, kind: "failed", code: "E_TIMEOUT", totalMs: 30_000 });
    expect(two).toMatchObject({ status: 0, dnsMs: null, reused: false });
  });

  test("of one buffer can be copied into another in any order", () => {
    const from = new OutcomeRecords();
    for (let row = 1; row <= 3; row += 1)
      from.add(failed(), { row, host: 0, atMs: 0, checksum: 0 });
    const to = new OutcomeRecords(new SharedArrayBuffer(RECORD_BYTES));
    for (const index of [2, 0]) to.copy(from, index);
    to.addOwed(9, 4);
    const rows: unknown[] = [];
    for (const cursor = new RecordCursor(to.take()); cursor.next();) {
      rows.push({ row: cursor.row, kind: cursor.kind });
    }
    expect(rows).toEqual([
      { row: 3, kind: "failed" },
      { row: 1, kind: "failed" },
      { row: 9, kind: "owed" },
    ]);
    expect(to.count).toBe(0);
  });

  test("from one on can be moved behind those of another buffer", () => {
    const rowsOf = (records: OutcomeRecords): readonly number[] =>
      [...readRecords(records.take())].map(({ row }) => row);
    const from = new OutcomeRecords();
    for (let row = 1; row <= 5; row += 1) from.addOwed(row, 0);
    const to = new OutcomeRecords(new SharedArrayBuffer(RECORD_BYTES));
    to.addOwed(9, 0);
    from.moveRest(2, to);
    expect([from.count, to.count]).toEqual([2, 4]);
    from.addOwed(6, 0);
    expect(rowsOf(from)).toEqual([1, 2, 6]);
    expect(rowsOf(to)).toEqual([9, 3, 4, 5]);
    from.addOwed(7, 0);
    from.moveRest(1, to);
    expect([rowsOf(from), rowsOf(to)]).toEqual([[7], []]);
  });

  test("a piece of a record is refused", () => {
    expect(() => [...readRecords(new Uint8Array(RECORD_BYTES + 1))]).toThrow(RangeError);
  });
});

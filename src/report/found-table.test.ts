import { expect, test } from "vitest";

import { createRequest } from "../core/request.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import { openFoundTable } from "./found-table.ts";
import type { OutcomeRow } from "./outcome-rows.ts";

const NOTHING = { queuedMs: 0, heldMs: 0, dnsMs: null, connectMs: null, tlsMs: null };

interface Row extends Partial<OutcomeRecord> {
  readonly row: number;
  readonly path: string;
  readonly body?: string;
}

async function* rowsOf(...rows: readonly Row[]): AsyncGenerator<OutcomeRow> {
  for (const { path, body, ...parts } of rows) {
    const record: OutcomeRecord = {
      ...{ kind: "answered", code: undefined, status: 200, attempts: 1, requests: 1, host: 0 },
      ...{ duplicate: false, reused: false, bytes: 3, atMs: 0, checksum: 9, kept: 0 },
      ...{ ...NOTHING, firstByteMs: 1, totalMs: 1 },
      ...parts,
    };
    const url = `http://a.example/${path}`;
    const request = createRequest({ url, body, method: body === undefined ? "GET" : "POST" });
    const row = { number: record.row, line: record.row, columns: [], values: [] };
    yield { record, detail: undefined, task: { row, request } };
  }
}

const noHash = (): undefined => undefined;

test("things of two runs are joined by their keys, in the order of these", async () => {
  using table = openFoundTable();
  await table.fill("before", rowsOf({ row: 1, path: "b" }, { row: 2, path: "a" }), noHash);
  await table.fill("after", rowsOf({ row: 1, path: "c" }, { row: 2, path: "b" }), noHash);
  const found = [...table.pairs()].map(({ url, before, after }) => [url, before?.row, after?.row]);
  expect(found).toEqual([
    ["http://a.example/a", 2, undefined],
    ["http://a.example/b", 1, 2],
    ["http://a.example/c", undefined, 1],
  ]);
});

test("of equal rows the first that was answered counts", async () => {
  using table = openFoundTable();
  const rows = rowsOf(
    { row: 1, path: "a", kind: "failed", code: "E_RESET", status: 0 },
    { row: 2, path: "a" },
    { row: 3, path: "a" },
  );
  await table.fill("after", rows, noHash);
  expect([...table.pairs()].map(({ after }) => after?.row)).toEqual([2]);
});

test("questions of one URL are told apart by their bodies", async () => {
  using table = openFoundTable();
  await table.fill("before", rowsOf({ row: 1, path: "a", body: "x" }), noHash);
  await table.fill("after", rowsOf({ row: 1, path: "a", body: "y" }), noHash);
  expect([...table.pairs()]).toHaveLength(2);
});

test("a checksum that nobody counted is none, that of no bytes is one", async () => {
  using table = openFoundTable();
  const rows = rowsOf(
    { row: 1, path: "a", checksum: 0 },
    { row: 2, path: "b", checksum: 0, bytes: 0 },
    { row: 3, path: "c", kept: 5 },
  );
  await table.fill("before", rows, (kept) => `hash of ${kept}`);
  const found = [...table.pairs()].map(({ before }) => [before?.checksum, before?.hash]);
  expect(found).toEqual([
    [null, null],
    [0, null],
    [9, "hash of 5"],
  ]);
});

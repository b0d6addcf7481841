import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Failure, type FailureCode } from "../core/failure.ts";
import { createRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { answerBatch, type Batch, batchesOf, failBatch, type RowResult } from "./batch.ts";
import type { BatchPairing } from "./batch-pairs.ts";

const get = createRequest({ url: "https://api.example/" });
const post = createRequest({ url: "https://api.example/", method: "POST", body: "[]" });
const timing = {
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: 1,
  totalMs: 1,
  reused: true,
};

function responseOf(status: number): HttpResponse {
  const body = new Uint8Array(0);
  return new HttpResponse({
    url: get.url,
    status,
    headers: {},
    body,
    wireBytes: 0,
    protocol: "h2",
    timing,
  });
}

function refusal(status: number, request = get): Failure {
  return new Failure("E_STATUS", `status ${status}`, { request, response: responseOf(status) });
}

const byOrder: BatchPairing<number> = { by: "order" };
const byKey: BatchPairing<number> = { by: "key", item: ["id"], row: (row) => row };

type Server = (
  rows: readonly number[],
) => { readonly list: unknown } | { readonly failure: Failure };

/** Asks all batches of some rows to their end, in the order in which they come up. */
function ask(rows: number, size: number, server: Server, pairing = byOrder) {
  const waiting: Batch<number>[] = [...batchesOf(numbers(rows), size)];
  const results: RowResult<number>[] = [];
  let requests = 0;
  for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
    requests += 1;
    const said = server(batch.rows);
    const step =
      "failure" in said
        ? failBatch(batch, said.failure)
        : answerBatch(batch, { request: get, response: responseOf(200), list: said.list }, pairing);
    results.push(...step.settled);
    waiting.unshift(...step.next);
  }
  const answered = results.filter((result) => "item" in result);
  const failed = results.filter((result) => "failure" in result);
  return { requests, results, answered: answered.length, failed: failed.map(({ row }) => row) };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const itemsOf = (rows: readonly number[]) => rows.map((id) => ({ id }));
/** Answers by order, and refuses any batch with a bad row in it. */
const poisoned =
  (bad: readonly number[], status = 400): Server =>
  (rows) =>
    rows.some((row) => bad.includes(row)) ? { failure: refusal(status) } : { list: itemsOf(rows) };

describe("bad rows", () => {
  test("100 rows in tens are 10 requests", () => {
    expect(ask(100, 10, poisoned([]))).toMatchObject({ requests: 10, answered: 100 });
  });

  test("two bad rows among 100, wherever they are, leave 98 answered in at most 20 requests", () => {
    let most = 0;
    for (let one = 0; one < 100; one += 1) {
      for (let other = one + 1; other < 100; other += 1) {
        const { requests, answered, failed } = ask(100, 10, poisoned([one, other], 500));
        expect(answered).toBe(98);
        expect(failed.toSorted((a, b) => a - b)).toEqual([one, other]);
        most = Math.max(most, requests);
      }
    }
    expect(most).toBe(20);
  });

  test.each([
    [10, 5],
    [100, 8],
  ])("one bad row in a batch of %i costs at most %i requests more", (size, more) => {
    const costs = numbers(size).map((bad) => ask(size, size, poisoned([bad])).requests);
    expect(Math.max(...costs)).toBe(1 + more);
  });

  test("where all rows are bad it costs hardly more than asking each alone", () => {
    expect(ask(100, 10, poisoned(numbers(100))).requests).toBeLessThanOrEqual(180);
    expect(ask(1000, 100, poisoned(numbers(1000))).requests).toBeLessThanOrEqual(1700);
  });

  test("what is too large is halved, and nobody is blamed by elimination", () => {
    const small: Server = (rows) =>
      rows.length > 3 ? { failure: refusal(413) } : { list: itemsOf(rows) };
    expect(ask(10, 10, small)).toMatchObject({ answered: 10, requests: 1 + 2 + 4 });
    const slow: Server = (rows) =>
      rows.includes(7)
        ? { failure: new Failure("E_TIMEOUT", "slow", { request: get }) }
        : { list: itemsOf(rows) };
    expect(ask(10, 10, slow)).toMatchObject({ answered: 9, failed: [7] });
  });

  test.each<FailureCode>(["E_CONNECT", "E_DNS", "E_AUTH", "E_UNKNOWN_EFFECT", "E_ABORTED"])(
    "%s is nothing that a smaller batch would mend",
    (code) => {
      const down: Server = () => ({ failure: new Failure(code, "down", { request: get }) });
      expect(ask(100, 10, down)).toMatchObject({ requests: 10, answered: 0 });
    },
  );

  test("a POST that may have had its effect is not sent again in parts", () => {
    const broken =
      (status: number): Server =>
      () => ({ failure: refusal(status, post) });
    expect(ask(10, 10, broken(500)).requests).toBe(1);
    expect(ask(10, 10, broken(422)).requests).toBeGreaterThan(1);
  });
});

describe("pairing", () => {
  test("by key, order means nothing and rows that are missing are asked once more, alone", () => {
    const asked: number[][] = [];
    const server: Server = (rows) => {
      asked.push([...rows]);
      const kept = rows.length === 1 ? rows : rows.filter((row) => row % 4 !== 0);
      return { list: itemsOf(kept).toReversed() };
    };
    const { results, requests } = ask(10, 10, server, byKey);
    expect(requests).toBe(1 + 3);
    expect(asked.slice(1)).toEqual([[0], [4], [8]]);
    for (const result of results)
      expect(result).toEqual({ row: result.row, item: { id: result.row } });
  });

  test("a row that has nothing alone either fails, and only that one", () => {
    const server: Server = (rows) => ({ list: itemsOf(rows.filter((row) => row !== 3)) });
    const { failed, answered, requests } = ask(10, 10, server, byKey);
    expect([failed, answered, requests]).toEqual([[3], 9, 2]);
  });

  test("by order, an answer of another length is nobody's: each row is asked alone", () => {
    const server: Server = (rows) => ({
      list: rows.length === 1 ? itemsOf(rows)[0] : itemsOf(rows).slice(1),
    });
    expect(ask(10, 10, server)).toMatchObject({ requests: 11, answered: 10 });
  });

  test("an object may be keyed by the rows, in other case, without reaching into prototypes", () => {
    const names: BatchPairing<string> = { by: "key", item: ["id"], row: (row) => row };
    const [batch] = batchesOf(["Anna", "__proto__", "constructor"], 3);
    const list = JSON.parse('{"anna":1,"__proto__":2}') as unknown;
    const step = answerBatch(batch!, { request: get, response: responseOf(200), list }, names);
    expect(step.settled).toEqual([
      { row: "Anna", item: 1 },
      { row: "__proto__", item: 2 },
    ]);
    expect(step.next.map(({ rows, kind }) => [rows, kind])).toEqual([[["constructor"], "alone"]]);
  });
});

test("whatever the server does, every row has exactly one outcome, and none is blamed that is fine", () => {
  const verdict = fc.constantFrom(400, 404, 413, 500, 503);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 25 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 12 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 12 }),
      verdict,
      fc.boolean(),
      (count, size, bad, missing, status, keyed) => {
        const server: Server = (rows) =>
          rows.some((row) => bad.includes(row))
            ? { failure: refusal(status) }
            : { list: itemsOf(rows.filter((row) => !missing.includes(row))).toReversed() };
        const pairing = keyed ? byKey : byOrder;
        const { results, failed, requests } = ask(count, size, server, pairing);
        expect(results.map(({ row }) => row).toSorted((a, b) => a - b)).toEqual(numbers(count));
        if (status !== 503 && keyed) {
          expect(failed.filter((row) => !bad.includes(row) && !missing.includes(row))).toEqual([]);
        }
        expect(requests).toBeLessThanOrEqual(4 * count + 10);
      },
    ),
    { seed: 5, numRuns: 2_000 },
  );
});

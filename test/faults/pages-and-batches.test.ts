import { expect, test } from "vitest";

import { Failure } from "../../src/core/failure.ts";
import { createRequest, type HttpRequest } from "../../src/core/request.ts";
import { HttpResponse } from "../../src/core/response.ts";
import {
  answerBatch,
  type Batch,
  batchesOf,
  failBatch,
  type RowResult,
} from "../../src/jobs/batch.ts";
import { pageFailure } from "../../src/jobs/page-fault.ts";
import { createPager, type PagerOptions } from "../../src/jobs/pager.ts";

const request = createRequest({ url: "https://api.example/x" });

function answer(asked: HttpRequest, body: unknown, status = 200): HttpResponse {
  return new HttpResponse({
    url: asked.url,
    status,
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    wireBytes: 0,
    protocol: "h2",
    timing: {
      ...{ dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1, reused: true },
    },
  });
}

/** Reads pages one after the other; what the server says is a function of the query. */
async function read(say: (query: URLSearchParams) => unknown, options: Partial<PagerOptions>) {
  const pager = await createPager({ request, paging: { kind: "auto" }, ...options });
  const items: unknown[] = [];
  let requests = 0;
  for (let next = pager.next(); next !== undefined; next = pager.next()) {
    requests += 1;
    const response = answer(next.request, say(new URL(next.request.url).searchParams));
    items.push(...(await pager.onAnswer(next.page, response)).items);
  }
  return { items, requests, end: pager.end! };
}

const pageOf = (from: number) => Array.from({ length: 10 }, (_, at) => ({ id: from + at }));

test("67 pages in a circle end as a loop, and the pages so far are kept", async () => {
  const circle = (query: URLSearchParams) => {
    const page = Number(query.get("cursor") ?? 0);
    return { data: pageOf(page * 10), meta: { next_cursor: String((page % 3) + 1) } };
  };
  const { items, requests, end } = await read(circle, {});
  expect(end.fault).toEqual({
    kind: "page-loop",
    words: "page 4 leads to a page that was already read",
  });
  expect([items.length, requests]).toEqual([40, 4]);
  expect(pageFailure(end.fault!, request)).toMatchObject({ code: "E_PAGES" });
});

test("67 a server that does not heed the page's number is a loop too", async () => {
  const { end, requests } = await read(() => ({ data: pageOf(0) }), {
    paging: { kind: "page", into: "p" },
  });
  expect(end.fault).toMatchObject({ kind: "page-loop", words: expect.stringContaining("heed p") });
  expect(requests).toBe(2);
});

test("68 pages without end are read up to the limit, which is told", async () => {
  const endless = (query: URLSearchParams) => {
    const page = Number(query.get("cursor") ?? 0);
    return { data: pageOf(page * 10), meta: { next_cursor: String(page + 1) } };
  };
  const { items, end } = await read(endless, { maxPages: 25 });
  expect(items).toHaveLength(250);
  expect(end).toMatchObject({
    pages: 25,
    fault: { kind: "page-limit", words: "there are more than 25 pages" },
  });
});

test("69 items that come again on another page are counted, and with a key left out", async () => {
  const sliding = (query: URLSearchParams) => {
    const page = Number(query.get("page") ?? 1);
    return { data: page > 5 ? [] : pageOf((page - 1) * 8) };
  };
  const paging = { kind: "page", into: "page" } as const;
  const plain = await read(sliding, { paging });
  expect([plain.items.length, plain.end.items, plain.end.repeated]).toEqual([50, 42, 8]);
  const keyed = await read(sliding, { paging, key: "id" });
  expect([keyed.items.length, keyed.end.items, keyed.end.repeated]).toEqual([42, 42, 8]);
});

test("70 answers of a batch find their rows by key in any order, and rows without one are asked again", () => {
  const rows = Array.from({ length: 30 }, (_, id) => id);
  const waiting: Batch<number>[] = [...batchesOf(rows, 10)];
  const results: RowResult<number>[] = [];
  let requests = 0;
  for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
    requests += 1;
    const known = batch.rows.filter((row) => batch.rows.length === 1 || row % 7 !== 0);
    const isBad = batch.rows.includes(12);
    const response = answer(request, {}, isBad ? 500 : 200);
    const step = isBad
      ? failBatch(batch, new Failure("E_STATUS", "status 500", { request, response }))
      : answerBatch(
          batch,
          { request, response, list: known.map((id) => ({ id })).toReversed() },
          { by: "key", item: ["id"], row: (row) => row },
        );
    results.push(...step.settled);
    waiting.push(...step.next);
  }
  expect(results.map(({ row }) => row).toSorted((a, b) => a - b)).toEqual(rows);
  const failed = results.filter((result) => "failure" in result);
  expect(failed.map(({ row }) => row)).toEqual([12]);
  expect(requests).toBeLessThanOrEqual(3 + 5 + 5);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Failure } from "../core/failure.ts";
import { createRequest, type HttpRequest, type RequestParts } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { createPager, type PageRequest, type Pager, type PagerOptions } from "./pager.ts";
import type { PagerState } from "./pager-state.ts";

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}
type Api = (query: URLSearchParams, request: HttpRequest, count: number) => Reply;

const timing = {
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: 1,
  totalMs: 1,
  reused: true,
};

function responseOf(
  request: HttpRequest,
  { status = 200, headers = {}, body }: Reply,
): HttpResponse {
  return new HttpResponse({
    url: request.url,
    status,
    headers,
    body: Buffer.from(JSON.stringify(body)),
    wireBytes: 0,
    protocol: "h2",
    timing,
  });
}

/** Reads a list to its end with at most `inFlight` out; the one that left last lands first. */
async function read(
  api: Api,
  given: Partial<PagerOptions>,
  inFlight = 50,
  asked?: Partial<RequestParts>,
) {
  const request = createRequest({ url: "https://api.example/x", ...asked });
  const options = { request, paging: { kind: "auto" }, ...given } as PagerOptions;
  let pager = await createPager(options);
  const requests: PageRequest[] = [];
  const items: unknown[] = [];
  let most = 0;
  let waves = 0;
  while (pager.end === undefined) {
    const out: PageRequest[] = [];
    for (let next = pager.next(); next !== undefined; next = pager.next()) {
      out.push(next);
      if (out.length === inFlight) break;
    }
    if (out.length === 0) throw new Error("the pager neither ends nor goes on");
    most = Math.max(most, out.length);
    waves += 1;
    for (const one of out.toReversed()) {
      requests.push(one);
      await land(
        pager,
        one,
        api(new URL(one.request.url).searchParams, one.request, requests.length),
        items,
      );
    }
    // Every wave goes on in another process.
    if (pager.end === undefined) {
      pager = await createPager(options, JSON.parse(JSON.stringify(pager.save())) as PagerState);
    }
  }
  return { end: pager.end, paging: pager.paging, items, requests, most, waves };
}

async function land(pager: Pager, { page, request }: PageRequest, reply: Reply, items: unknown[]) {
  const response = responseOf(request, reply);
  if (response.ok) items.push(...(await pager.onAnswer(page, response)).items);
  else pager.onFailure(page, new Failure("E_STATUS", "no", { request, response }));
}

const row = (id: number) => ({ id });
const slice = (from: number, count: number, total: number) =>
  Array.from({ length: Math.max(0, Math.min(count, total - from)) }, (_, at) => row(from + at));
const ids = (items: readonly unknown[]) =>
  items.map((item) => (item as { id: number }).id).toSorted((a, b) => a - b);
const all = (count: number) => Array.from({ length: count }, (_, id) => id);

/** `?page=N` in tens of `total` items. */
const numbered =
  (total: number, extra: object = { total }): Api =>
  (query) => {
    const page = Number(query.get("page") ?? 1);
    return { body: { page, data: slice((page - 1) * 10, 10, total), ...extra } };
  };

describe("counted pages", () => {
  test("once the total is known the rest is asked side by side", async () => {
    const { end, items, most, waves } = await read(numbered(1000), {
      paging: { kind: "page", into: "page", total: "total" },
    });
    expect(ids(items)).toEqual(all(1000));
    expect(end).toEqual({ pages: 100, items: 1000, repeated: 0, notes: [] });
    expect([most, waves]).toEqual([50, 3]);
  });

  test("a thousand pages take one latency and then fifty at a time", async () => {
    const { waves } = await read(numbered(10_000), {
      paging: { kind: "page", into: "page", total: "total" },
    });
    expect(waves).toBe(1 + Math.ceil(999 / 50));
  });

  test("without a total they are asked one by one until an empty page", async () => {
    const { end, items, most } = await read(numbered(95, {}), {
      paging: { kind: "page", into: "page" },
    });
    expect(ids(items)).toEqual(all(95));
    expect(most).toBe(1);
    expect(end.pages).toBe(11);
    expect(end.fault).toBeUndefined();
  });

  test("a refusal of the page behind the last is the end", async () => {
    const api: Api = (query, request, count) =>
      Number(query.get("page") ?? 1) > 3
        ? { status: 404, body: {} }
        : numbered(30, {})(query, request, count);
    const { end, items } = await read(api, { paging: { kind: "page", into: "page" } });
    expect(end).toEqual({ pages: 3, items: 30, repeated: 0, notes: [] });
    expect(items).toHaveLength(30);
  });

  test("offsets go by what the server gives, not by what it was asked for", async () => {
    const api: Api = (query) => {
      const offset = Number(query.get("offset") ?? 0);
      return {
        body: { items: slice(offset, Math.min(100, Number(query.get("limit"))), 950), total: 950 },
      };
    };
    const { items, end } = await read(
      api,
      { paging: { kind: "offset", into: "offset", total: "total" } },
      50,
      { url: "https://api.example/x?limit=1000" },
    );
    expect(ids(items)).toEqual(all(950));
    expect(end.pages).toBe(10);
  });

  test("a Link field that names the last page is asked side by side too", async () => {
    const api: Api = (query) => {
      const page = Number(query.get("page") ?? 1);
      const to = (n: number, rel: string) => `<https://api.example/x?page=${n}>; rel="${rel}"`;
      const link = page < 34 ? [to(page + 1, "next"), to(34, "last")].join(", ") : to(1, "first");
      return { headers: { link }, body: slice((page - 1) * 10, 10, 337) };
    };
    const { items, most, paging } = await read(api, {});
    expect(ids(items)).toEqual(all(337));
    expect([most, paging]).toEqual([33, { kind: "link" }]);
  });

  test("so is a next URL in the body with a count beside it", async () => {
    const api: Api = (query) => {
      const page = Number(query.get("page") ?? 1);
      const next = page < 10 ? `https://api.example/x?page=${page + 1}` : null;
      return { body: { count: 95, next, results: slice((page - 1) * 10, 10, 95) } };
    };
    const { items, most } = await read(api, {});
    expect(ids(items)).toEqual(all(95));
    expect(most).toBe(9);
  });

  test("an offset in the JSON body is counted like one in the query", async () => {
    const api: Api = (_query, request) => {
      const { from = 0, size } = JSON.parse(request.body as string) as {
        from?: number;
        size: number;
      };
      return {
        body: { hits: { total: { value: 42, relation: "eq" }, hits: slice(from, size, 42) } },
      };
    };
    const { items, requests } = await read(api, {}, 50, { method: "POST", body: '{"size":10}' });
    expect(ids(items)).toEqual(all(42));
    expect(new Set(requests.map(({ request }) => request.key)).size).toBe(5);
  });

  test("a failed page fails no other, and is named", async () => {
    const api: Api = (query, request, count) =>
      query.get("page") === "7" ? { status: 500, body: {} } : numbered(100)(query, request, count);
    const { end, items } = await read(api, {
      paging: { kind: "page", into: "page", total: "total" },
    });
    expect(items).toHaveLength(90);
    expect(end.fault).toEqual({ kind: "page-failed", words: "1 of 10 pages failed: 7" });
  });
});

describe("lists that shift", () => {
  test("what moved out of sight is found by reading once more, page by page, without repeats", async () => {
    let total = 100;
    let first = 0;
    // Ten items at the front vanish after the first page: page 2 begins where page 3 did.
    const api: Api = (query, _request, count) => {
      if (count === 2) [first, total] = [10, 90];
      const page = Number(query.get("page") ?? 1);
      const data = slice(first + (page - 1) * 10, 10, 100);
      return { body: { data, total } };
    };
    const { end, items, requests } = await read(api, {
      paging: { kind: "page", into: "page", total: "total" },
      key: "id",
    });
    expect(ids(items)).toEqual(all(100));
    expect(end.notes).toEqual([
      "the list shifted while it was read",
      "it was read once more, page by page",
    ]);
    expect(requests.filter(({ answers }) => answers === "fresh")).toHaveLength(10);
  });

  test("items that slipped between two pages are found by reading once more, page by page", async () => {
    // Ten new items push the old ones from page 2 to page 3, which was asked for before.
    const api: Api = (query, _request, count) => {
      const page = Number(query.get("page") ?? 1);
      const hasMoved = count > 2;
      const from = (page - 1) * 10 - (hasMoved ? 10 : 0);
      const data = page === 1 && hasMoved ? slice(500, 10, 510) : slice(from, 10, 30);
      return { body: { data, total: hasMoved ? 40 : 30 } };
    };
    const { end, items, requests } = await read(
      api,
      { paging: { kind: "page", into: "page", total: "total" }, key: "id" },
      2,
    );
    expect(ids(items)).toEqual([...all(30), ...slice(500, 10, 510).map(({ id }) => id)]);
    expect(end.notes).toHaveLength(2);
    expect(requests).toHaveLength(4 + 4);
  });

  test("a list that grew is read to its new end", async () => {
    const api: Api = (query, request, count) =>
      numbered(count === 1 ? 95 : 123)(query, request, count);
    const { items, end } = await read(api, {
      paging: { kind: "page", into: "page", total: "total" },
    });
    expect(ids(items)).toEqual(all(123));
    expect(end.fault).toBeUndefined();
  });

  test("a last page that leads on is followed, whatever its number was said to be", async () => {
    const api: Api = (query) => {
      const page = Number(query.get("page") ?? 1);
      const next = `<https://api.example/x?page=${page + 1}>; rel="next"`;
      const last = `<https://api.example/x?page=5>; rel="last"`;
      const link = page < 8 ? `${next}, ${last}` : "";
      return { headers: { link }, body: slice((page - 1) * 10, 10, 80) };
    };
    const { items, end } = await read(api, {});
    expect(ids(items)).toEqual(all(80));
    expect(end.notes).toEqual(["the list is longer than its first page said"]);
  });

  test("links that only seemed to count are followed one by one, and no item is lost or doubled", async () => {
    // Pages 1, 2, 4, 8 …, each with the next as its link: the first two look like counting.
    const api: Api = (query) => {
      const page = Number(query.get("p") ?? 1);
      const from = Math.log2(page) * 10;
      const isPage = Number.isInteger(from);
      const next = page < 32 && isPage ? `https://api.example/x?p=${page * 2}` : null;
      return { body: { next, total: 60, data: isPage ? slice(from, 10, 60) : [] } };
    };
    const { items, end } = await read(api, { maxPages: 30 }, 2);
    expect(ids(items)).toEqual(all(60));
    expect(end.fault).toBeUndefined();
    expect(end.notes).toEqual([
      "the links do not count as they seemed to; each page was followed to the next",
    ]);
  });

  test("more pages than the first one said are read too", async () => {
    const api: Api = (query) => {
      const page = Number(query.get("page") ?? 1);
      return {
        body: { items: slice((page - 1) * 10, 10, 70), total_pages: page === 1 ? 5 : 7 },
      };
    };
    const { items, paging } = await read(api, {});
    expect(ids(items)).toEqual(all(70));
    expect(paging).toEqual({ kind: "page", into: "page", last: "total_pages" });
  });

  test("fewer items than announced are told, and not asked for again where nothing shifted", async () => {
    const api: Api = (query) => {
      const page = Number(query.get("page") ?? 1);
      return {
        body: { data: slice((page - 1) * 10, 10, 50).filter(({ id }) => id !== 33), total: 50 },
      };
    };
    const { end, requests } = await read(api, {
      paging: { kind: "page", into: "page", total: "total" },
    });
    expect(end.notes).toEqual(["the server announces 50 items and gave 49"]);
    expect(requests).toHaveLength(5);
  });
});

describe("tokens", () => {
  const tokens =
    (pages: number, next: (page: number) => string | undefined): Api =>
    (query) => {
      const page = Number(query.get("cursor")?.slice(1) ?? 0);
      return {
        body: { data: slice(page * 10, 10, pages * 10), meta: { next_cursor: next(page) ?? null } },
      };
    };

  test("each page leads to the next one", async () => {
    const { items, end, paging } = await read(
      tokens(5, (page) => (page < 4 ? `c${page + 1}` : "")),
      {},
    );
    expect(ids(items)).toEqual(all(50));
    expect(paging).toEqual({ kind: "cursor", next: "meta.next_cursor", into: "cursor" });
    expect(end.pages).toBe(5);
  });

  test("the same token again on an empty page is the end of a feed", async () => {
    const { end } = await read(
      tokens(3, (page) => `c${Math.min(page + 1, 3)}`),
      {},
    );
    expect(end).toMatchObject({ items: 30 });
    expect(end.fault).toBeUndefined();
  });

  test("an object whose members are all sent is a token too", async () => {
    const api: Api = (query) => {
      const from = Number(query.get("apcontinue") ?? 0);
      const more =
        from + 10 < 40 ? { continue: { apcontinue: String(from + 10), continue: "-||" } } : {};
      return { body: { ...more, query: { allpages: slice(from, 10, 40) } } };
    };
    const { items } = await read(api, { paging: { kind: "cursor", next: "continue", into: "*" } });
    expect(ids(items)).toEqual(all(40));
  });

  test("a token is waited for, and asked again anew while it does not work", async () => {
    const api: Api = (query, _request, count) => {
      const token = query.get("pagetoken");
      if (token !== null && count < 4) return { body: { status: "INVALID_REQUEST", results: [] } };
      const next = token === null ? { next_page_token: "t" } : {};
      return { body: { status: "OK", results: slice(token === null ? 0 : 20, 20, 40), ...next } };
    };
    const { requests, items } = await read(api, {});
    expect(requests.map(({ page, afterMs, answers }) => [page, afterMs, answers])).toEqual([
      [1, 0, "any"],
      [2, 2000, "any"],
      [2, 2000, "fresh"],
      [2, 4000, "fresh"],
    ]);
    expect(ids(items)).toEqual(all(40));
  });

  test("a token that never works ends the list with what there is", async () => {
    const api: Api = (query) =>
      query.get("pagetoken") === null
        ? { body: { status: "OK", results: slice(0, 20, 40), next_page_token: "t" } }
        : { body: { status: "INVALID_REQUEST", results: [] } };
    const { end, requests } = await read(api, {});
    expect(end).toMatchObject({ items: 20, fault: { kind: "token-not-ready" } });
    expect(requests).toHaveLength(1 + 6);
  });
});

test("whatever the kind, the size and the number in flight: every item once, resumed between any two waves", async () => {
  const kinds = ["page", "offset", "cursor", "link", "next", "linked last"] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...kinds),
      fc.integer({ min: 0, max: 137 }),
      fc.integer({ min: 1, max: 17 }),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      async (kind, total, size, inFlight, withTotal) => {
        const api: Api = (query) => {
          const at =
            kind === "offset"
              ? Number(query.get("offset") ?? 0)
              : (Number(query.get("page") ?? 1) - 1) * size;
          const from = kind === "cursor" ? Number(query.get("cursor") ?? 0) : at;
          const isLast = from + size >= total;
          const next = `https://api.example/x?page=${from / size + 2}`;
          const last = `https://api.example/x?page=${Math.ceil(total / size)}`;
          const linked =
            kind === "linked last"
              ? `<${next}>; rel=next, <${last}>; rel=last`
              : `<${next}>; rel=next`;
          return {
            headers: kind.startsWith("link") && !isLast ? { link: linked } : {},
            body: {
              data: slice(from, size, total),
              ...(withTotal && { total }),
              ...(kind === "cursor" && !isLast && { next_cursor: String(from + size) }),
              ...(kind === "next" && { next: isLast ? null : next }),
            },
          };
        };
        const known = withTotal ? { total: "total" } : {};
        const paging =
          kind === "page" || kind === "offset"
            ? { kind, into: kind, ...known }
            : { kind: "auto" as const };
        const { items, end } = await read(api, { paging }, inFlight);
        expect(ids(items)).toEqual(all(total));
        expect(end.fault).toBeUndefined();
        expect(end.notes).toEqual([]);
      },
    ),
    { seed: 11, numRuns: 400 },
  );
});

describe("safety", () => {
  test("a next page at another origin is not asked for", async () => {
    const api: Api = () => ({ body: { data: [row(1)], next: "http://169.254.169.254/latest" } });
    const { end, requests } = await read(api, {});
    expect(requests).toHaveLength(1);
    expect(end.fault).toMatchObject({ kind: "page-elsewhere" });
  });

  test("at a declared origin it is asked for without credentials", async () => {
    const api: Api = (query, request) => ({
      body: {
        data: [row(query.size)],
        next: request.url.includes("other") ? null : "https://u:p@other.example/x?page=2#f",
      },
    });
    const { requests } = await read(api, { origins: ["https://other.example"] }, 1, {
      headers: ["x-api-key", "secret", "accept", "application/json"],
    });
    expect(requests[1]!.request).toMatchObject({
      url: "https://other.example/x?page=2",
      headers: ["accept", "application/json"],
    });
  });

  test("a key that the server repeats in its links is not taken from there", async () => {
    const api: Api = (query) => {
      const page = Number(query.get("page") ?? 1);
      const next = `/x?api_key=s3cr3t&page=${page + 1}&q=a%20b`;
      return { body: { next: page < 3 ? next : null, total: 30, data: slice(page * 10, 10, 50) } };
    };
    const { requests, items } = await read(api, { secretParameters: ["api_key"] });
    expect(items).toHaveLength(30);
    expect(requests.map(({ request }) => request.url)).toContain(
      "https://api.example/x?page=3&q=a%20b",
    );
    expect(JSON.stringify(requests)).not.toContain("s3cr3t");
  });

  test("what leads to the next page and is no URL is told", async () => {
    const api: Api = () => ({ body: { data: [row(1)], next: "/\u0000//[" } });
    const { end } = await read(api, { paging: { kind: "link", next: "data" } });
    expect(end.fault).toMatchObject({ kind: "page-unreadable" });
  });

  test("links and tokens of a megabyte are told, and links of many parameters compared in linear time", async () => {
    const long = "x".repeat(1_000_000);
    const linked = await read(() => ({ body: { data: [row(1)], next: `/x?${long}` } }), {});
    expect(linked.end.fault).toMatchObject({ kind: "page-unreadable" });
    const token = await read(() => ({ body: { data: [row(1)], next_cursor: long } }), {});
    expect(token.end.fault).toMatchObject({ kind: "page-unreadable" });
    const wide = Array.from({ length: 15_000 }, (_, at) => at.toString(36)).join("&");
    const many = await read(() => ({ body: { data: [row(1)], next: `/x?${wide}`, total: 9 } }), {});
    expect(many.end.fault).toMatchObject({ kind: "page-loop" });
  });

  test("a page whose list cannot be found is told where pages are counted by it", async () => {
    const { end } = await read(() => ({ body: "nothing" }), {
      paging: { kind: "page", into: "page" },
    });
    expect(end.fault).toMatchObject({ kind: "page-unreadable" });
  });

  test("a total that promises a trillion pages costs no memory", async () => {
    const pager = await createPager({
      request: createRequest({ url: "https://api.example/x" }),
      paging: { kind: "page", into: "page", total: "total" },
      maxPages: 1e12,
    });
    const first = pager.next()!;
    await pager.onAnswer(
      1,
      responseOf(
        first.request,
        numbered(100, { total: 1e13 })(new URLSearchParams(), first.request, 1),
      ),
    );
    for (let page = 2; page <= 100; page += 1) expect(pager.next()!.page).toBe(page);
    expect(JSON.stringify(pager.save()).length).toBeLessThan(20_000);
  });
});

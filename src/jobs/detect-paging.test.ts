import { expect, test } from "vitest";

import { createRequest, type RequestParts } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { detectNamedPaging, detectPaging } from "./detect-paging.ts";
import { type PageAnswer, readPage } from "./page-answer.ts";
import type { Paging } from "./paging.ts";

interface Shape {
  readonly api: string;
  readonly asked?: Partial<RequestParts>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly found: Paging;
}

const two = [{ id: "a1" }, { id: "a2" }];

/** First answers as the documentation of public APIs shows them, cut short. */
const SHAPES: readonly Shape[] = [
  {
    api: "GitHub",
    headers: {
      link: '<https://api.example/x?page=2>; rel="next", <https://api.example/x?page=34>; rel="last"',
    },
    body: two,
    found: { kind: "link" },
  },
  {
    api: "Shopify",
    headers: {
      link: '<https://api.example/x?page_info=eyJsYX&limit=50>; rel="next"',
    },
    body: { products: two },
    found: { kind: "link" },
  },
  {
    api: "Stripe",
    body: { object: "list", url: "/v1/charges", has_more: true, data: two },
    found: { kind: "cursor", next: "data[-1].id", into: "starting_after", more: "has_more" },
  },
  {
    api: "X, once Twitter",
    body: { data: two, meta: { result_count: 2, newest_id: "1", next_token: "b26v89c19z" } },
    found: { kind: "cursor", next: "meta.next_token", into: "pagination_token" },
  },
  {
    api: "AWS",
    body: { Items: two, nextToken: "AAAB" },
    found: { kind: "cursor", next: "nextToken", into: "nextToken" },
  },
  {
    api: "Google",
    body: { kind: "drive#fileList", nextPageToken: "~!!~AI9F", files: two },
    found: { kind: "cursor", next: "nextPageToken", into: "pageToken" },
  },
  {
    api: "Google Places",
    body: { html_attributions: [], results: two, next_page_token: "Aap_uE", status: "OK" },
    found: {
      kind: "cursor",
      next: "next_page_token",
      into: "pagetoken",
      delayMs: 2000,
      notReady: "status=='INVALID_REQUEST'",
    },
  },
  {
    api: "JSON:API",
    body: {
      data: two,
      links: { self: "/x?page[number]=1", next: "/x?page[number]=2" },
      meta: { total: 30 },
    },
    found: { kind: "link", next: "links.next", total: "meta.total" },
  },
  {
    api: "HAL",
    body: { _links: { self: { href: "/x" }, next: { href: "/x?p=2" } }, _embedded: { o: two } },
    found: { kind: "link", next: "_links.next.href" },
  },
  {
    api: "Django REST framework",
    body: { count: 1023, next: "https://api.example/x?page=2", previous: null, results: two },
    found: { kind: "link", next: "next", total: "count" },
  },
  {
    api: "Microsoft Graph (OData)",
    body: { "@odata.nextLink": "https://api.example/x?$skiptoken=X", value: two },
    found: { kind: "link", next: '"@odata.nextLink"' },
  },
  {
    api: "Facebook Graph",
    body: {
      data: two,
      paging: {
        cursors: { after: "MTAx", before: "NDMy" },
        next: "https://api.example/x?after=MTAx",
      },
    },
    found: { kind: "link", next: "paging.next" },
  },
  {
    api: "FHIR",
    body: {
      resourceType: "Bundle",
      link: [{ relation: "next", url: "https://api.example/x?p=2" }],
      entry: two,
    },
    found: { kind: "link", next: "link[?relation=='next'].url | [0]" },
  },
  {
    api: "Laravel",
    body: {
      current_page: 1,
      data: two,
      next_page_url: "https://api.example/x?page=2",
      last_page: 5,
      total: 10,
    },
    found: { kind: "link", next: "next_page_url", total: "total" },
  },
  {
    api: "WordPress",
    headers: { "x-wp-total": "38", "x-wp-totalpages": "4" },
    body: two,
    found: { kind: "page", into: "page", last: "header:x-wp-totalpages" },
  },
  {
    api: "Spring Data",
    body: { content: two, totalPages: 5, totalElements: 10, number: 0, size: 2 },
    found: { kind: "page", into: "page", start: 0, last: "totalPages" },
  },
  {
    api: "Elasticsearch",
    asked: { method: "POST", body: '{"size":2}' },
    body: { took: 3, hits: { total: { value: 42, relation: "eq" }, hits: two } },
    found: { kind: "offset", into: "json:from", total: "hits.total.value" },
  },
  {
    api: "Jira",
    body: { startAt: 0, maxResults: 2, total: 7, issues: two },
    found: { kind: "offset", into: "startAt", total: "total" },
  },
  {
    api: "Slack",
    body: { ok: true, members: two, response_metadata: { next_cursor: "dXNlcjpVMEc5V0ZYTlo=" } },
    found: { kind: "cursor", next: "response_metadata.next_cursor", into: "cursor" },
  },
  {
    api: "Notion",
    asked: { method: "POST", body: "{}" },
    body: { object: "list", results: two, next_cursor: "fe2cc560", has_more: true },
    found: { kind: "cursor", next: "next_cursor", into: "json:start_cursor", more: "has_more" },
  },
  {
    api: "one page that says so",
    body: { data: two, meta: { total: 2 }, links: { next: null } },
    found: { kind: "none" },
  },
  {
    api: "json-server, which names no parameter",
    headers: { "x-total-count": "100" },
    body: two,
    found: { kind: "none", total: "header:x-total-count" },
  },
];

function answerOf({ asked, headers = {}, body }: Shape): PageAnswer {
  const request = createRequest({ url: "https://api.example/x", ...asked });
  const response = new HttpResponse({
    url: request.url,
    status: 200,
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.from(JSON.stringify(body)),
    wireBytes: 0,
    protocol: "h2",
    timing: {
      ...{ dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1, reused: true },
    },
  });
  return readPage({ request, response, items: undefined }, undefined);
}

test.each(SHAPES)("the paging of $api is found, in the form in which a job pins it", (shape) => {
  expect(detectPaging(answerOf(shape))).toEqual(shape.found);
});

test("a parameter that the request already has is the one that is meant", () => {
  const shape = {
    body: { items: two, next_cursor: "x" },
    api: "",
    found: { kind: "none" } as const,
  };
  const asked = { url: "https://api.example/x?page_cursor=" };
  expect(detectPaging(answerOf({ ...shape, asked }))).toMatchObject({ into: "page_cursor" });
});

test("an answer of a million members is looked at in part only", () => {
  const wide = Object.fromEntries(
    Array.from({ length: 100_000 }, (_, at) => [`k${at}`, { a: {} }]),
  );
  expect(detectPaging(answerOf({ api: "", body: wide, found: { kind: "none" } }))).toEqual({
    kind: "none",
  });
});

test.each([
  { kind: "page", body: two, found: { kind: "page", into: "page" } },
  {
    kind: "page",
    body: { current_page: 1, last_page: 7, data: two },
    found: { kind: "page", into: "page", last: "last_page" },
  },
  {
    kind: "offset",
    body: { offset: 0, total: 9, items: two },
    found: { kind: "offset", into: "offset", total: "total" },
  },
  {
    kind: "offset",
    asked: { url: "https://api.example/x?skip=0" },
    body: two,
    found: { kind: "offset", into: "skip" },
  },
  { kind: "cursor", body: { items: two }, found: { kind: "none" } },
] as const)("of a kind that is known only the names are looked for: $found", (shape) => {
  const { kind, found, ...answer } = shape;
  expect(detectNamedPaging(kind, answerOf({ api: "", found, ...answer }))).toEqual(found);
});

import { expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import type { Outcome } from "../core/outcome.ts";
import { createRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { extractLinks } from "./extract-links.ts";
import { compileFindLinks } from "./find-links.ts";

const URL = "https://a.example/";

function page(html: string): Outcome {
  const request = createRequest({ url: URL });
  const response = new HttpResponse({
    url: URL,
    status: 200,
    headers: { "content-type": "text/html" },
    body: Buffer.from(html),
    wireBytes: html.length,
    protocol: "http/1.1",
    timing: {
      ...{ dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1, reused: true },
    },
  });
  return { kind: "answered", request, response, call: createCall() };
}

async function crawled(html: string) {
  const row = { number: 1, line: 1, columns: ["kind"], values: ["page"] };
  const taken: (readonly string[])[] = [];
  const settled: number[] = [];
  const extract = extractLinks(
    (_task, outcome) => ({ outcome, record: { columns: [], values: [] } }),
    await compileFindLinks({ follow: "section div a" }),
    {
      found: (_row, links) => taken.push(links.map(({ url }) => url)),
      settled: ({ number }) => settled.push(number),
    },
  );
  const landed = page(html);
  const { outcome } = extract({ row, request: landed.request }, landed);
  return { taken, settled, outcome };
}

test("the links of a page are taken before its outcome goes on", async () => {
  const { taken, settled, outcome } = await crawled("<section><div><a href=b>x</a></div>");
  expect(taken).toEqual([[`${URL}b`]]);
  expect(settled).toEqual([1]);
  expect(outcome.kind).toBe("answered");
});

test("a page that keeps its reader busy has failed, and the crawl goes on", async () => {
  const { taken, settled, outcome } = await crawled(
    "<div>".repeat(500) + "<a href=b>x</a>".repeat(50_000),
  );
  expect(taken).toEqual([]);
  expect(settled).toEqual([1]);
  expect(outcome).toMatchObject({ kind: "failed", failure: { code: "E_PARSE" } });
});

import { expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import type { Outcome } from "../core/outcome.ts";
import { createRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { createRedirectEnds } from "./redirect-ends.ts";

function answered(from: string, to = from): Outcome {
  const timing = {
    ...{ dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1, reused: false },
  };
  const response = new HttpResponse({
    ...{ url: to, status: 200, headers: {}, body: new Uint8Array(), wireBytes: 0, timing },
    ...{ protocol: "http/1.1", redirects: from === to ? [] : [from] },
  });
  return { kind: "answered", request: createRequest({ url: from }), response, call: createCall() };
}

function remarkOn(outcomes: readonly Outcome[]): string | undefined {
  const ends = createRedirectEnds();
  for (const outcome of outcomes) ends.take(outcome);
  return ends.remark();
}

const many = (count: number, end: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => answered(`http://a.example/${n}`, end(n)));

test("rows that all end at one page are told of, whatever its query", () => {
  expect(remarkOn(many(6, (n) => `http://a.example/login?next=${n}&token=s3cret`))).toBe(
    "6 of 6 answers came from one page, to which redirects led: http://a.example/login; does it ask for a login?",
  );
});

test("few of them, a small share, and pages of their own are not", () => {
  expect(remarkOn(many(4, () => "http://a.example/login"))).toBeUndefined();
  expect(remarkOn(many(100, (n) => `http://a.example/new/${n}`))).toBeUndefined();
  const plain = Array.from({ length: 60 }, (_, n) => answered(`http://b.example/${n}`));
  expect(remarkOn([...plain, ...many(6, () => "http://a.example/")])).toBeUndefined();
  expect(remarkOn([])).toBeUndefined();
});

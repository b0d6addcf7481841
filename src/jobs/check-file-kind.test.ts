import { expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import type { Outcome } from "../core/outcome.ts";
import { createRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { checkFileKind } from "./check-file-kind.ts";

const TIMING = {
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: 1,
  totalMs: 1,
  reused: false,
};

function answered(url: string, type: string, body: string): Outcome {
  const request = createRequest({ url });
  const response = new HttpResponse({
    ...{ url, status: 200, headers: { "content-type": type }, body: Buffer.from(body) },
    ...{ wireBytes: body.length, timing: TIMING, protocol: "http/1.1" },
  });
  return { kind: "answered", request, response, call: createCall() };
}

const PDF = "%PDF-1.4\n";
const HTML = "<!doctype html><title>Sorry</title>";

test.each([
  ["http://a.example/1.pdf", "application/pdf", PDF, "answered"],
  ["http://a.example/1.pdf", "application/octet-stream", PDF, "answered"],
  ["http://a.example/1.pdf", "text/html", HTML, "this is an HTML page, not a PDF"],
  ["http://a.example/1.pdf", "application/pdf", "", "this is empty, not a PDF"],
  ["http://a.example/get?id=1", "application/pdf", HTML, "this is an HTML page, not a PDF"],
  ["http://a.example/get?id=1", "text/html", HTML, "answered"],
  ["http://a.example/data.bin", "application/octet-stream", "anything", "answered"],
])("%s, %s, %j: %s", (url, type, body, expected) => {
  const outcome = checkFileKind(answered(url, type, body));
  if (outcome.kind === "answered") return expect(outcome.kind).toBe(expected);
  expect(outcome.failure).toMatchObject({ code: "E_PARSE", message: expected });
});

test("for a book, what has no telling name is a PDF or failed", () => {
  const outcome = checkFileKind(answered("http://a.example/get?id=1", "text/html", HTML), {
    wanted: "pdf",
  });
  expect(outcome.kind).toBe("failed");
});

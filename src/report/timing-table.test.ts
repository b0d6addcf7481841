import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import type { Outcome } from "../core/outcome.ts";
import { createRequest } from "../core/request.ts";
import { HttpResponse, type ResponseParts } from "../core/response.ts";
import { redactUrl } from "../formats/redact-url.ts";
import { createTimingTable } from "./timing-table.ts";

function answered(url: string, parts: Partial<ResponseParts> = {}, attempts = 1): Outcome {
  const call = createCall();
  call.attempts = attempts;
  const response = new HttpResponse({
    url,
    status: 200,
    headers: {},
    body: new Uint8Array(198_000),
    wireBytes: 0,
    protocol: "h2",
    timing: {
      dnsMs: 12,
      connectMs: 18,
      tlsMs: 31,
      firstByteMs: 102,
      totalMs: 261.4,
      reused: false,
    },
    ...parts,
  });
  return { kind: "answered", request: createRequest({ url }), response, call };
}

const explain = (failure: Failure): string => `${failure.code} ${failure.message}`;

describe("the timing table", () => {
  test("aligns its columns, with the unit in the first row", () => {
    const table = createTimingTable({ columns: undefined, explain });
    const request = createRequest({ url: "https://no.such.host" });
    const failure = new Failure("E_DNS", "no address for no.such.host", { request, elapsedMs: 41 });
    const reused = {
      dnsMs: null,
      connectMs: null,
      tlsMs: null,
      firstByteMs: 9,
      totalMs: 12_345,
      reused: true,
    };
    const lines = [
      table.header,
      table.row(answered("https://www.apple.com/", { redirects: ["https://apple.com/"] })),
      table.row(
        answered("https://a.test/", { timing: reused, status: 404, body: new Uint8Array(7) }, 3),
      ),
      table.row({ kind: "failed", request, failure, call: createCall() }),
    ];
    expect(lines).toEqual([
      " status   bytes     dns connect     tls   first   total  url",
      "    200  198 kB   12 ms   18 ms   31 ms  102 ms  261 ms  https://www.apple.com/   (1 redirect)",
      "    404     7 B    –       –       –       9   12345     https://a.test/   (reused, 3 attempts)",
      "      –       –    –       –       –       –      41     https://no.such.host/   E_DNS no address for no.such.host",
    ]);
  });

  test("a refused answer shows what came back and why it was refused", () => {
    const table = createTimingTable({ columns: undefined, explain });
    const was = answered("https://a.test/", { status: 500 });
    const failure = new Failure("E_STATUS", "status 500", {
      request: was.request,
      response: was.kind === "answered" ? was.response : undefined,
    });
    const row = table.row({ kind: "failed", request: was.request, failure, call: createCall() });
    expect(row).toMatch(/^ {4}500 {2}198 kB .* https:\/\/a\.test\/ {3}E_STATUS status 500$/);
  });

  test("shortens URLs for people only, and never the host", () => {
    const url = `https://www.example.com/${"long/".repeat(40)}end`;
    expect(createTimingTable({ columns: undefined, explain }).row(answered(url))).toContain(url);
    const shown = createTimingTable({ columns: 100, explain }).row(answered(url));
    expect(shown.length).toBeLessThanOrEqual(100);
    expect(shown).toContain("https://www.example.com/");
  });

  test("tells of more attempts than one; of a list in pages, of its requests", () => {
    const outcome = answered("https://a.test/", {}, 3);
    outcome.call.requests = 4;
    const row = (counted?: "attempts" | "requests"): string =>
      createTimingTable({ columns: undefined, explain, ...(counted && { counted }) }).row(outcome);
    expect(row()).toMatch(/ {3}\(3 attempts\)$/);
    expect(row("requests")).toMatch(/ {3}\(4 requests\)$/);
  });

  test("shows controls of a server's URL as escapes", () => {
    const row = createTimingTable({ columns: undefined, explain }).row(
      answered("https://a.test/", { url: "https://a.test/\u001b[2J" }),
    );
    expect(row).not.toContain("\u001b");
  });
});

describe("redactUrl", () => {
  test.each([
    [
      "https://a.test/x?q=1&api_key=s3cret&key=k",
      "https://a.test/x?q=1&api_key=REDACTED&key=REDACTED",
    ],
    [
      "https://a.test/?access_token=a&X-Amz-Signature=b",
      "https://a.test/?access_token=REDACTED&X-Amz-Signature=REDACTED",
    ],
    ["https://a.test/?keyword=k&monkey=m&token", "https://a.test/?keyword=k&monkey=m&token"],
    ["https://a.test/key=1", "https://a.test/key=1"],
  ])("%s", (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});

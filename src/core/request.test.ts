import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { headerValue } from "./headers.ts";
import { createRequest, hostOf } from "./request.ts";

function normal(text: string): string {
  const url = new URL(text);
  return url.origin + url.pathname + url.search;
}

describe("the URL of a request", () => {
  test("is what the URL standard makes of it, whatever was asked before", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "/",
        ".",
        "..",
        "%2e",
        "%2E%2e",
        "?",
        "#",
        "'",
        '"',
        "a",
        "é",
        "💥",
        " ",
        "\\",
        "\t",
        "%zz",
        "//",
        "@",
        ":",
      ),
      fc.string({ maxLength: 3 }),
    );
    const host = fc.constantFrom(
      "http://a.example",
      "http://A.example",
      "https://a.example:443",
      "http://127.1",
      "http://a.example:8080",
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(host, fc.array(piece, { maxLength: 6 })), { minLength: 1 }),
        (urls) => {
          for (const [origin, pieces] of urls) {
            const text = `${origin}/${pieces.join("")}`;
            expect(createRequest({ url: text }).url).toBe(normal(text));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("a longer host is not taken for the one before", () => {
    createRequest({ url: "http://a.example/x" });
    expect(hostOf(createRequest({ url: "http://a.example.org/x" }))).toBe("http://a.example.org");
    expect(hostOf(createRequest({ url: "http://a.example:81/x" }))).toBe("http://a.example:81");
    expect(hostOf(createRequest({ url: "http://a.example@b.example/x" }))).toBe("http://b.example");
  });

  test("holds no userinfo: that becomes a secret header", () => {
    const request = createRequest({ url: "http://us%65r:p%zz@a.example/x" });
    expect(request.url).toBe("http://a.example/x");
    expect(request.key).toBe("http://a.example/x");
    expect(headerValue(request.headers, "Authorization")).toBe(
      `Basic ${Buffer.from("user:p%zz").toString("base64")}`,
    );
    expect(request.secretHeaders).toContain("authorization");
  });

  test.each(["ftp://a.example/", "file:///x", "a.example", "", "http://"])(
    "%j is refused",
    (url) => {
      expect(() => createRequest({ url })).toThrow(TypeError);
    },
  );

  test("only methods that may be repeated count as idempotent, unless declared", () => {
    const url = "http://a.example/";
    expect(createRequest({ url, method: "PUT" }).idempotent).toBe(true);
    expect(createRequest({ url, method: "POST" }).idempotent).toBe(false);
    expect(createRequest({ url, method: "POST", idempotent: true }).idempotent).toBe(true);
  });
});

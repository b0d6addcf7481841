import { describe, expect, test } from "vitest";

import { createCrawlScope, type CrawlScopeOptions } from "./crawl-scope.ts";

const START = "https://docs.example.co.uk/book/v2/index.html";

function judge(options: Partial<CrawlScopeOptions>, url: string, depth = 1) {
  return createCrawlScope({ starts: [START], ...options })(url, depth);
}

describe("a crawl stays", () => {
  test.each([
    ["https://docs.example.co.uk/anything", "inside"],
    ["http://docs.example.co.uk/anything", "inside"],
    ["https://DOCS.example.co.uk:443/", "inside"],
    ["https://docs.example.co.uk:8443/", "elsewhere"],
    ["https://example.co.uk/", "elsewhere"],
    ["https://www.docs.example.co.uk/", "elsewhere"],
    ["https://docs.example.co.uk.evil.example/", "elsewhere"],
    ["ftp://docs.example.co.uk/", "elsewhere"],
  ])("on the host by default: %s is %s", (url, verdict) => {
    expect(judge({}, url)).toBe(verdict);
  });

  test.each([
    ["https://example.co.uk:8443/", "inside"],
    ["http://a.b.example.co.uk/", "inside"],
    ["https://other.co.uk/", "elsewhere"],
    ["https://co.uk/", "elsewhere"],
    ["https://notexample.co.uk/", "elsewhere"],
  ])("in the domain: %s is %s", (url, verdict) => {
    expect(judge({ within: "domain" }, url)).toBe(verdict);
  });

  test("at one user's part of a shared domain, at one address, on one local name", () => {
    const at = (start: string, url: string) => judge({ starts: [start], within: "domain" }, url);
    expect(at("https://me.github.io/", "https://you.github.io/")).toBe("elsewhere");
    expect(at("https://me.github.io/", "https://docs.me.github.io/")).toBe("inside");
    expect(at("http://127.0.0.1:8080/", "http://127.0.0.1:8080/x")).toBe("inside");
    expect(at("http://127.0.0.1:8080/", "http://127.0.0.1:9090/x")).toBe("elsewhere");
    expect(at("http://127.0.0.1/", "http://10.0.0.1/")).toBe("elsewhere");
    expect(at("http://[::1]/", "http://[::1]/x")).toBe("inside");
    expect(at("http://localhost/", "http://localhost/x")).toBe("inside");
  });

  test.each([
    ["https://docs.example.co.uk/book/v2/", "inside"],
    ["https://docs.example.co.uk/book/v2/a/b", "inside"],
    ["https://docs.example.co.uk/book/v2", "elsewhere"],
    ["https://docs.example.co.uk/book/v22/a", "elsewhere"],
    ["https://docs.example.co.uk/book/v2/../v1/a", "elsewhere"],
    ["https://docs.example.co.uk/BOOK/v2/a", "elsewhere"],
  ])("below the start's folder: %s is %s", (url, verdict) => {
    expect(judge({ within: "prefix" }, url)).toBe(verdict);
  });

  test("nowhere in particular", () => {
    expect(judge({ within: "any" }, "http://other.example/")).toBe("inside");
    expect(judge({ within: "any" }, "mailto:a@b.example")).toBe("elsewhere");
  });

  test("near any of its starts", () => {
    const options = { starts: [START, "http://other.example/x/"], within: "prefix" } as const;
    expect(judge(options, "http://other.example/x/y")).toBe("inside");
    expect(judge(options, "http://other.example/book/v2/")).toBe("elsewhere");
  });
});

describe("a crawl leaves out", () => {
  test("what is deeper than it goes", () => {
    expect(judge({ depth: 2 }, START, 2)).toBe("inside");
    expect(judge({ depth: 2 }, START, 3)).toBe("too deep");
    expect(judge({ depth: 0 }, START, 0)).toBe("inside");
    expect(judge({}, START, 1e9)).toBe("inside");
  });

  test("what its patterns leave out, but no start", () => {
    const options = { include: ["/book/", "*.pdf"], exclude: ["*draft*"] };
    const at = (path: string, depth = 1) =>
      judge(options, `https://docs.example.co.uk${path}`, depth);
    expect(at("/book/1.html")).toBe("inside");
    expect(at("/files/1.pdf")).toBe("inside");
    expect(at("/files/1.zip")).toBe("not included");
    expect(at("/book/draft-1.html")).toBe("excluded");
    expect(at("/", 0)).toBe("inside");
  });
});

test("a start that is no URL, and a pattern that is none, are wrong use", () => {
  expect(() => createCrawlScope({ starts: ["example.com"] })).toThrow(TypeError);
  expect(() => createCrawlScope({ starts: [START], include: [""] })).toThrow(/pattern/);
});

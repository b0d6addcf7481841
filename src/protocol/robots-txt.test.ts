import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parseRobotsTxt, ROBOTS_BYTES, tokenOf } from "./robots-txt.ts";

const allowed = (text: string, path: string, agent = "fanfetch") =>
  parseRobotsTxt(text, agent).isAllowed(path);

describe("groups", () => {
  test("all groups that name the crawler count together, and those for everyone then not at all", () => {
    const text =
      "User-agent: *\nDisallow: /every\n\nUser-agent: FanFetch/2.0\nDisallow: /a\n\nUser-agent: other\nDisallow: /o\n\nUser-agent: fanfetch\nDisallow: /b";
    expect(["/every", "/a", "/b", "/o"].map((path) => allowed(text, path))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(allowed(text, "/every", "third")).toBe(false);
  });

  test("a group without rules allows its crawler everything", () => {
    expect(allowed("User-agent: *\nDisallow: /\n\nUser-agent: fanfetch\nDisallow:\n", "/x")).toBe(
      true,
    );
  });

  test("lines may end with CR alone, begin with a byte order mark, hold blanks and comments", () => {
    expect(allowed("\ufeffUser-agent : *\rDisallow :\t/x # not this\r\r", "/x")).toBe(false);
  });

  test("rules before any User-agent are nobody's", () => {
    expect(allowed("Disallow: /\nUser-agent: *\n", "/x")).toBe(true);
  });

  test("a crawler without a token is among everyone", () => {
    expect(allowed("User-agent: !\nDisallow: /\n", "/x", "")).toBe(true);
    expect(tokenOf("(compatible)")).toBe("");
    expect(tokenOf("FooBot-2/1.0 (x)")).toBe("foobot-2");
  });
});

describe("rules", () => {
  test("the file itself may always be asked for", () => {
    expect(allowed("User-agent: *\nDisallow: /\n", "/robots.txt")).toBe(true);
    expect(allowed("User-agent: *\nDisallow: /\n", "/robots.txt?")).toBe(false);
  });

  test("of rules that match, the longest counts, Allow between equals", () => {
    const text =
      "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c*\nAllow: /x\nDisallow: /x";
    expect(["/a", "/a/b", "/a/b/c", "/x"].map((path) => allowed(text, path))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  test("encoded and plain spellings meet, reserved characters do not", () => {
    const text =
      "User-agent: *\nDisallow: /%7ejoe/\nDisallow: /ü\nDisallow: /a%2fb\nDisallow: /q?u=http%3A%2F%2Fx";
    for (const path of [
      "/~joe/",
      "/%7Ejoe/",
      "/%C3%BC",
      "/%c3%bc",
      "/a%2Fb",
      "/q?u=http://x",
      "/q?u=http%3a%2f%2fx",
    ]) {
      expect(allowed(text, path), path).toBe(false);
    }
    expect(allowed(text, "/a/b")).toBe(true);
  });

  test("asterisk and dollar in a path are characters, which a rule writes encoded", () => {
    const text = "User-agent: *\nDisallow: /a%2A\nDisallow: /b$\nDisallow: /c$d";
    expect(["/a*", "/ax", "/b", "/b$", "/c$d"].map((path) => allowed(text, path))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  test("an anchored pattern with wildcards needs room for its end", () => {
    expect(allowed("User-agent: *\nDisallow: /ab*b$", "/ab")).toBe(true);
    expect(allowed("User-agent: *\nDisallow: /ab*b$", "/abb")).toBe(false);
    expect(allowed("User-agent: *\nDisallow: /*$", "/abb")).toBe(false);
    expect(allowed("User-agent: *\nDisallow: *", "/abb")).toBe(false);
  });

  test("wildcards match what a backtracking matcher finds", () => {
    const part = fc.constantFrom("a", "b", "*");
    const pattern = fc.tuple(fc.array(part, { maxLength: 8 }), fc.constantFrom("", "$"));
    const path = fc.array(fc.constantFrom("a", "b"), { maxLength: 12 });
    fc.assert(
      fc.property(pattern, path, ([parts, anchor], letters) => {
        const rule = `/${parts.join("")}`;
        const target = `/${letters.join("")}`;
        const expected = new RegExp(`^${rule.replaceAll("*", ".*")}${anchor}`).test(target);
        expect(!allowed(`User-agent: *\nDisallow: ${rule}${anchor}`, target)).toBe(expected);
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });
});

describe("other lines", () => {
  test("Crawl-delay is the own group's, in milliseconds; what is no number is none", () => {
    const text =
      "User-agent: slow\nCrawl-delay: 10\nUser-agent: *\nCrawl-delay: 0.5\nCrawl-delay: 7\nDisallow: /x";
    expect(parseRobotsTxt(text, "slow").crawlDelayMs).toBe(10_000);
    expect(parseRobotsTxt(text, "fanfetch").crawlDelayMs).toBe(500);
    for (const value of ["-1", "1e9", "NaN", "9".repeat(10), ""]) {
      expect(
        parseRobotsTxt(`User-agent: *\nCrawl-delay: ${value}`, "x").crawlDelayMs,
      ).toBeUndefined();
    }
  });

  test("sitemaps belong to no group", () => {
    const text = "Sitemap: https://a.example/1.xml\nUser-agent: x\nSITEMAP: /2.xml\nDisallow: /";
    expect(parseRobotsTxt(text, "fanfetch").sitemaps).toEqual([
      "https://a.example/1.xml",
      "/2.xml",
    ]);
  });
});

describe("hostile files", () => {
  test("nothing beyond 500 KiB is read, and no line that the limit cuts", () => {
    const head = "User-agent: *\nDisallow: /secret\n";
    const filler = "#".repeat(ROBOTS_BYTES - head.length - 12);
    const bytes = Buffer.from(`${head}${filler}\nDisallow: /everything\nDisallow: /late\n`);
    const robots = parseRobotsTxt(bytes, "fanfetch");
    expect(["/secret", "/e", "/everything", "/late"].map((path) => robots.isAllowed(path))).toEqual(
      [false, true, true, true],
    );
  });

  test("any bytes are read, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.webUrl(), (bytes, url) => {
        expect(typeof parseRobotsTxt(bytes, "fanfetch").isAllowed(url)).toBe("boolean");
      }),
      { seed: 2 },
    );
  });

  test("beyond a thousand wildcards the polite side is taken", () => {
    const many = "Disallow: /w*w\n".repeat(1_000);
    const text = `User-agent: *\n${many}Disallow: /x*y\nAllow: /x/*/z\n`;
    expect(allowed(text, "/xo")).toBe(false);
    expect(allowed(text, "/x/1/z")).toBe(false);
    expect(allowed(text, "/wo")).toBe(true);
  });

  test("a path that is too long to compare is refused where anything is", () => {
    const path = `/${"a".repeat(9_000)}`;
    expect(allowed("User-agent: *\nAllow: /\n", path)).toBe(true);
    expect(allowed("User-agent: *\nDisallow: /x\n", path)).toBe(false);
  });
});

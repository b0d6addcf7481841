import fc from "fast-check";
import { expect, test } from "vitest";

import { PageAddress } from "./page-address.ts";

const BASE = "https://a.example/book/index.html?p=1";
const target = (reference: string) => new PageAddress(BASE).target(reference);

test.each([
  ["ch1.html#top", "https://a.example/book/ch1.html"],
  ["../x?y#z", "https://a.example/x?y"],
  ["//B.example:443/A%2fb", "https://b.example/A%2fb"],
  [" \n/a b\t", "https://a.example/a%20b"],
  ["?q", "https://a.example/book/index.html?q"],
  ["http://user:secret@a.example/", "http://a.example/"],
  ["HTTP:\\\\c.example\\d", "http://c.example/d"],
])("%j leads to %s", (reference, url) => {
  expect(target(reference)).toBe(url);
});

test.each([
  ...["", " ", "#", "#top", "mailto:a@b.example", "javascript:alert(1)", "data:text/html,x"],
  ...["tel:1", "ftp://a.example/", "file:///etc/passwd", "blob:https://a.example/1", "http://"],
  ...["https://a.example:99999/", "http://[1", "JaVaScRiPt:x", "\tjava\nscript:x"],
])("%j leads nowhere that is asked", (reference) => {
  expect(target(reference)).toBeUndefined();
});

test("a target longer than servers take is none", () => {
  expect(target("a".repeat(9_000))).toBeUndefined();
  expect(target("ü".repeat(3_000))).toBeUndefined();
  expect(target("a".repeat(8_000))).toBeDefined();
});

test("any reference leads nowhere or to an http URL that is as the URL parser writes it", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.webPath()), (reference) => {
      const found = target(reference);
      if (found === undefined) return;
      const url = new URL(found);
      expect(url.href).toBe(found);
      expect([url.hash, url.username, url.password]).toEqual(["", "", ""]);
      expect(url.protocol).toMatch(/^https?:$/);
    }),
    { seed: 7, numRuns: 1_000 },
  );
});

test("what is only joined is what the URL parser makes of it", () => {
  const piece = fc.constantFrom(
    "a",
    "B-1",
    ".",
    "..",
    "/",
    "?",
    "=",
    "&",
    "%41",
    "~",
    "_",
    ":",
    "+",
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
      const reference = pieces.join("");
      const url = URL.parse(reference, BASE);
      const expected = url?.protocol.startsWith("http") === true ? url.href : undefined;
      expect(target(reference), reference).toBe(expected);
    }),
    { seed: 9, numRuns: 5_000 },
  );
});

test("a base is taken unless it is no http URL", () => {
  const base = (href?: string) => new PageAddress(BASE, { baseHref: href });
  expect(base("/other/").target("x")).toBe("https://a.example/other/x");
  expect(base(" //u:p@b.example ").target("x")).toBe("https://b.example/x");
  expect(base(" //u:p@b.example ").target("../x y")).toBe("https://b.example/x%20y");
  for (const href of [undefined, "data:text/html,x", "javascript:x", "http://[", "a".repeat(1e4)]) {
    expect(base(href).url).toBe(BASE);
  }
});

test("a query beyond ASCII is encoded as its page is, a path as UTF-8", () => {
  const from = (encoding: string, reference: string) =>
    new PageAddress(BASE, { encoding: () => encoding }).target(reference);
  expect(from("windows-1252", "/ü?q=ü&r='%41 \"#ü")).toBe(
    "https://a.example/%C3%BC?q=%FC&r=%27%41%20%22",
  );
  expect(from("windows-1252", "?あ")).toBe("https://a.example/book/index.html?%26%2312354%3B");
  expect(from("shift_jis", "?あ")).toBe("https://a.example/book/index.html?%82%A0");
  expect(from("euc-jp", "?あ")).toBe("https://a.example/book/index.html?%A4%A2");
  for (const encoding of ["utf-8", "utf-16le", "replacement"]) {
    expect(from(encoding, "?ü")).toBe("https://a.example/book/index.html?%C3%BC");
  }
});

test("every encoding that a page may have encodes a query", () => {
  const names = ["big5", "euc-kr", "gb18030", "gbk", "ibm866", "iso-2022-jp", "iso-8859-8-i"];
  for (const name of [...names, "koi8-u", "macintosh", "x-mac-cyrillic", "x-user-defined"]) {
    const address = new PageAddress(BASE, { encoding: () => name });
    expect(address.target("?ü"), name).toMatch(/\?(?:%[0-9A-F]{2}|[\w&$();])+$/);
  }
});

import { deflateRawSync, gzipSync } from "node:zlib";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { isExpectedKind } from "./expected-kind.ts";
import { fileKindOf } from "./file-signature.ts";

const kindOf = (text: string, encoding: BufferEncoding = "utf8") =>
  fileKindOf(Buffer.from(text, encoding));

test.each([
  ["%PDF-1.7\n", "pdf"],
  ["\n\x00rubbish%PDF-1.4", "pdf"],
  ["<html>%PDF-1.4", "html"],
  ["about %PDF- files", "unknown"],
  ["  \n<!DOCTYPE HTML PUBLIC>", "html"],
  ["<!doctype>", "html"],
  ["\ufeff<HTML lang=de>", "html"],
  ["<!-- a --> <!-- b --><body>", "html"],
  [`<!--${" ".repeat(2_000)}--><html>`, "html"],
  ['<?xml version="1.0"?>\n<!-- x --><!DOCTYPE html><html xmlns="x">', "html"],
  ["<br/>", "html"],
  ['<?xml version="1.0"?><rss version="2.0">', "xml"],
  ["<!DOCTYPE svg PUBLIC><svg>", "xml"],
  ["<svg xmlns='x'>", "xml"],
  ["<ns:feed>", "xml"],
  ["<htmlx>", "xml"],
  ['{"a":1}', "json"],
  ["\ufeff [\n{", "json"],
  ["[true, 1]", "json"],
  ["{}", "json"],
  ["{ broken }", "unknown"],
  ["[section]", "unknown"],
  ["Hello", "unknown"],
  ["< html>", "unknown"],
  ["PK", "unknown"],
  ["", "empty"],
])("%j is %s", (text, kind) => {
  expect(kindOf(text)).toBe(kind);
});

test("binary kinds are told by their bytes", () => {
  expect(fileKindOf(gzipSync("x"))).toBe("gzip");
  expect(kindOf("PK\x03\x04\x14", "latin1")).toBe("zip");
  expect(kindOf("PK\x05\x06\0", "latin1")).toBe("zip");
  expect(kindOf("\x89PNG\r\n\x1a\n\0", "latin1")).toBe("png");
  expect(kindOf("\xff\xd8\xff\xe0", "latin1")).toBe("jpeg");
  expect(kindOf("GIF89a", "latin1")).toBe("gif");
  expect(kindOf("RIFF\x10\n\0\0WEBPVP8 ", "latin1")).toBe("webp");
  expect(fileKindOf(deflateRawSync("x".repeat(100)))).toBe("unknown");
});

test("a page in UTF-16 is a page", () => {
  expect(kindOf("\ufeff<!DOCTYPE html>", "utf16le")).toBe("html");
  expect(fileKindOf(Buffer.from("\ufeff<html>", "utf16le").swap16())).toBe("html");
});

test("any bytes have a kind, told from the first kilobyte", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1_024, maxLength: 1_100 }), (bytes) => {
      expect(fileKindOf(bytes)).toBe(fileKindOf(bytes.subarray(0, 1_024)));
    }),
    { seed: 13 },
  );
});

describe("what a name or a type claims", () => {
  test.each([
    ["html", "ch1.pdf", false],
    ["empty", "ch1.pdf", false],
    ["unknown", "ch1.PDF", false],
    ["pdf", "books/ch1.pdf", true],
    ["pdf", "application/pdf; version=1.7", true],
    ["html", "application/pdf", false],
    ["zip", "a.epub", true],
    ["zip", "application/epub+zip", true],
    ["zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", true],
    ["html", "image/png", false],
    ["png", "image/png", true],
    ["jpeg", "a.jpg", true],
    ["png", "a.jpg", false],
    ["html", "image/svg+xml", false],
    ["xml", "a.svg", true],
    ["html", "text/html; charset=utf-8", true],
    ["pdf", "text/html", false],
    ["html", "application/xhtml+xml", true],
    ["html", "application/problem+json", false],
    ["unknown", "data.json", true],
    ["gzip", "a.tar.gz", true],
    ["html", "page", true],
    ["pdf", "application/octet-stream", true],
    ["html", "a.constructor", true],
    ["html", "text/__proto__", true],
  ] as const)("%s as %s: %s", (kind, claim, expected) => {
    expect(isExpectedKind(kind, claim)).toBe(expected);
  });
});

import { describe, expect, test } from "vitest";

import { decodeUtf8, wholeCharacters } from "./utf8.ts";

function bytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

describe("decoding", () => {
  test("a byte order mark is no part of the text", () => {
    expect(decodeUtf8(Buffer.from("\ufeffaé🙂"))).toBe("aé🙂");
  });

  test.each([
    ["a\nb\xe9c", 2, 2, 0xe9],
    ["\xff", 1, 1, 0xff],
    ["ok\r\nok\rx\xc3", 3, 2, 0xc3],
    ["\xc3\xa9\xed\xa0\x80", 1, 2, 0xed],
    ["\xc0\xaf", 1, 1, 0xc0],
    ["\xf4\x90\x80\x80", 1, 1, 0xf4],
    ["a\x80", 1, 2, 0x80],
    ["\xf0\x9f\x99\x82\xf0\x9f\x99", 1, 3, 0xf0],
  ])("%j is no UTF-8 from line %i, column %i on", (text, line, column, byte) => {
    expect(decodeUtf8(bytes(text))).toEqual({ line, column, byte });
  });
});

describe("a chunk's whole characters", () => {
  test.each([
    ["", 0],
    ["abc", 3],
    ["a\xc3", 1],
    ["a\xc3\xa9", 3],
    ["a\xe2\x82", 1],
    ["a\xf0\x9f\x99", 1],
    ["\xf0\x9f\x99\x82", 4],
    ["a\x80\x80\x80\x80", 5],
    ["\x80", 1],
  ])("%j: %i bytes", (text, length) => {
    expect(wholeCharacters(bytes(text))).toBe(length);
  });
});

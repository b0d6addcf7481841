import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { readLines } from "./read-lines.ts";

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

async function lines(
  bytes: string | Uint8Array,
  size = 7,
  longestLine?: number,
): Promise<string[]> {
  const source = cut(typeof bytes === "string" ? Buffer.from(bytes) : bytes, size);
  const options = { name: "x.txt", ...(longestLine === undefined ? {} : { longestLine }) };
  const texts: string[] = [];
  for await (const batch of readLines(source, options)) {
    for (const { line, text } of batch) {
      texts.push(text);
      expect(line).toBe(texts.length);
    }
  }
  return texts;
}

describe("line ends", () => {
  test.each([
    ["", []],
    ["\n", [""]],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\r\nb\rc\nd", ["a", "b", "c", "d"]],
    ["a\n\n\r\n\rb", ["a", "", "", "", "b"]],
    ["a\0b\n", ["a\0b"]],
    ["\ufeffa\n\ufeffb", ["a", "\ufeffb"]],
    ["\ufeff", []],
    ["é🙂\u2028x\n", ["é🙂\u2028x"]],
  ])("%j", async (text, expected) => {
    for (const size of [1, 2, 3, 100]) expect(await lines(text, size)).toEqual(expected);
  });

  test("where chunks are cut changes nothing", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", "é", "🙂", "\n", "\r", "\ufeff") });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (value, size) => {
        const expected = value.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
        if (expected.at(-1) === "") expected.pop();
        expect(await lines(value, size)).toEqual(expected);
      }),
    );
  });
});

describe("encodings", () => {
  test.each([
    ["UTF-16LE", (text: string) => Buffer.from(text, "utf16le")],
    ["UTF-16BE", (text: string) => Buffer.from(text, "utf16le").swap16()],
  ])("%s with a byte order mark is decoded", async (_, encode) => {
    const bytes = encode("\ufeffa🙂\r\né");
    for (const size of [1, 3, 100]) expect(await lines(bytes, size)).toEqual(["a🙂", "é"]);
  });

  test("UTF-16 without a mark is refused with what to do", async () => {
    await expect(lines(Buffer.from("name\n", "utf16le"))).rejects.toThrow("save it as UTF-8");
  });

  test("an odd byte at the end of UTF-16 is refused", async () => {
    const bytes = Buffer.concat([Buffer.from("\ufeffa\nb", "utf16le"), Buffer.from([0x61])]);
    await expect(lines(bytes)).rejects.toThrow(/x\.txt: from line 2 on, this is not UTF-16LE/);
  });

  test.each([1, 2, 5, 100])(
    "bytes that are no UTF-8 are named by line (chunks of %i)",
    async (size) => {
      const bytes = Buffer.from("aaaa\r\nb\rc\n\nM\xfcller\nz", "latin1");
      await expect(lines(bytes, size)).rejects.toThrow(UsageError);
      await expect(lines(bytes, size)).rejects.toThrow("x.txt:5: byte FC is not UTF-8");
    },
  );

  test("a character cut off by the end of the file is named by line", async () => {
    await expect(lines(Buffer.from("a\n\xe2\x82", "latin1"), 2)).rejects.toThrow(
      "x.txt:2: byte E2",
    );
  });
});

describe("long lines", () => {
  test("one of the longest length passes, one longer does not", async () => {
    const text = `ab\n${"x".repeat(20)}\n`;
    expect(await lines(text, 7, 20)).toEqual(["ab", "x".repeat(20)]);
    await expect(lines(text, 7, 19)).rejects.toThrow(
      "x.txt:2: this line is longer than 19 characters",
    );
    await expect(lines(text, 100, 19)).rejects.toThrow("x.txt:2:");
  });

  test("an endless line is refused before its end", async () => {
    let given = 0;
    function* endless(): Generator<Uint8Array> {
      while (true) {
        given += 1;
        yield Buffer.alloc(1000, "x");
      }
    }
    const reading = readLines(endless(), { name: "x", longestLine: 10_000 }).next();
    await expect(reading).rejects.toThrow("x:1:");
    expect(given).toBeLessThan(20);
  });
});

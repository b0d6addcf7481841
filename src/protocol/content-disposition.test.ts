import fc from "fast-check";
import { expect, test } from "vitest";

import { parseContentDisposition, suggestedFileName } from "./content-disposition.ts";

test("an extended name beats the plain one, wherever it stands", () => {
  expect(suggestedFileName(`attachment; filename="a.pdf"; filename*=UTF-8''%c3%a4.pdf`)).toBe(
    "ä.pdf",
  );
  expect(suggestedFileName(`attachment; filename*=utf-8'de'%c3%a4.pdf; filename=a.pdf`)).toBe(
    "ä.pdf",
  );
});

test("a plain name that is UTF-8 in bytes is read as UTF-8, one that is not as it is", () => {
  const bytes = Buffer.from('attachment; filename="größe.pdf"', "utf8").toString("latin1");
  expect(suggestedFileName(bytes)).toBe("größe.pdf");
  expect(suggestedFileName('attachment; filename="größe.pdf"')).toBe("größe.pdf");
  expect(suggestedFileName('attachment; filename="€.pdf"')).toBe("€.pdf");
});

test("no field, no name and an empty name suggest nothing", () => {
  for (const field of [undefined, "attachment", "inline; filename=", 'x; filename=""', "", ";;="]) {
    expect(suggestedFileName(field)).toBeUndefined();
  }
});

test("a quoted pair may escape a quote, a backslash and nothing", () => {
  expect(suggestedFileName(String.raw`attachment; filename="a\"b\\c.pdf"`)).toBe(
    String.raw`a"b\c.pdf`,
  );
  expect(suggestedFileName('attachment; filename="a\\')).toBeUndefined();
});

test("a parameter named __proto__ is a parameter", () => {
  const { parameters } = parseContentDisposition("x; __proto__=1; constructor=2");
  expect([...parameters]).toEqual([
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
});

test("a field of any length is read in bounded memory", () => {
  const many = parseContentDisposition(
    `x; ${Array.from({ length: 5_000 }, (_, n) => `p${n}=1`).join(";")}`,
  );
  expect(many.parameters.size).toBe(100);
  expect(parseContentDisposition(`x; filename="${"\\".repeat(1e6)}`).parameters.size).toBe(0);
  expect(parseContentDisposition(`x; filename=${" ".repeat(1e6)}x`).parameters.size).toBe(1);
});

test("any text is read", () => {
  const word = fc.constantFrom("filename", "*", "=", '"', ";", "\\", "UTF-8''", "%C3", "%", " ");
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 20 }), (words) => {
      const read = parseContentDisposition(words.join(""));
      expect(read.parameters.size).toBeLessThanOrEqual(200);
    }),
    { seed: 3 },
  );
});

test("a name that a well-behaved server quotes comes back", () => {
  const name = fc.string({ minLength: 1, unit: "binary" }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(name, (text) => {
      const extended = encodeURIComponent(text).replaceAll("'", "%27");
      expect(suggestedFileName(`attachment; filename*=UTF-8''${extended}`)).toBe(text);
    }),
    { seed: 4 },
  );
});

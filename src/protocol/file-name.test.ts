import fc from "fast-check";
import { expect, test } from "vitest";

import { collisionKey, safeFileName, safeRelativePath, taggedName } from "./file-name.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 120 }),
  fc
    .array(
      fc.constantFrom(
        "a",
        "A",
        "/",
        "\\",
        ".",
        " ",
        "~",
        "-",
        "con",
        "é",
        "e\u0301",
        "\ud800",
        "\u200d",
        "x".repeat(90),
      ),
    )
    .map((parts) => parts.join("")),
);

test("an ordinary name stays as it is", () => {
  for (const name of [
    "LeBron_James.json",
    "D'Angelo Russell.json",
    "José Ñ.json",
    "x-1.tar.gz",
    "😀",
    "1",
  ]) {
    expect(safeFileName(name)).toBe(name);
  }
});

test("a name that had to be changed tells which it was, and keeps its extension", () => {
  expect(safeFileName("AC/DC.json")).toMatch(/^AC_DC~[0-9a-z]{6}\.json$/);
  expect(safeFileName("a:b.tar.gz")).toMatch(/^a_b~[0-9a-z]{6}\.tar\.gz$/);
  expect(safeFileName("AC/DC.json")).not.toBe(safeFileName("AC:DC.json"));
  expect(safeFileName("file.")).not.toBe(safeFileName("file "));
  expect(safeFileName("\ud800")).not.toBe(safeFileName("\ud801"));
});

test("names are the same on every run", () => {
  expect(safeFileName("../../etc/passwd")).toBe("__.._etc_passwd~3v4aa0");
  expect(safeFileName("CON")).toBe("_CON~03vsvr");
});

test("a long name is cut at a whole character and stays apart from its neighbour", () => {
  const name = safeFileName(`${"😀".repeat(100)}.json`);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  expect(name).toMatch(/^(?:😀)+~[0-9a-z]{6}\.json$/u);
  expect(safeFileName(`${"a".repeat(300)}1`)).not.toBe(safeFileName(`${"a".repeat(300)}2`));
});

test("whatever the text, the name is one safe component and stays it", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const name = safeFileName(text);
      expect(name).toMatch(/^[^.\s~/\\-][^/\\\p{Cc}\p{Bidi_Control}:*?"<>|]*$/u);
      expect(name).not.toMatch(/[. ]$/);
      expect(name.isWellFormed() && name === name.normalize("NFC")).toBe(true);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(safeFileName(name)).toBe(name);
    }),
    { numRuns: 1000 },
  );
});

test("two texts with one name are one text in NFC", () => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      if (safeFileName(one) === safeFileName(other)) {
        expect(one.normalize("NFC")).toBe(other.normalize("NFC"));
      }
    }),
    { numRuns: 2000 },
  );
});

test("a path's own slashes are folders; those within a part are not", () => {
  expect(safeRelativePath("players/2016/x.json")).toBe("players/2016/x.json");
  expect(safeRelativePath("/players//./x.json")).toBe("players/x.json");
  expect(safeRelativePath(["players", "AC/DC.json"])).toMatch(/^players\/AC_DC~\w{6}\.json$/);
});

test("no path leaves its folder", () => {
  expect(safeRelativePath("../../x")).toMatch(/^_~\w{6}\/_~\w{6}\/x$/);
  expect(safeRelativePath("")).toMatch(/^_~\w{6}$/);
  fc.assert(
    fc.property(anyText, (text) => {
      for (const part of safeRelativePath(text).split("/")) expect(part).toBe(safeFileName(part));
    }),
  );
});

test("a tag depends on its source alone and keeps the name within bounds", () => {
  const tagged = taggedName("name.json", "GET https://x.example/1");
  expect(tagged).toMatch(/^name~[0-9a-z]{6}\.json$/);
  expect(taggedName("name.json", "GET https://x.example/1")).toBe(tagged);
  expect(taggedName("name.json", "GET https://x.example/2")).not.toBe(tagged);
  expect(Buffer.byteLength(taggedName("é".repeat(127), "k"))).toBeLessThanOrEqual(255);
});

test.each([
  ["Foo", "fOO"],
  ["STRASSE", "straße"],
  ["K\u212a", "kk"],
  ["e\u0301", "\u00c9"],
  ["ﬁle", "FILE"],
  ["a\u200db", "ab"],
  ["ΑΣ", "ας"],
])("some file system takes %j and %j for one", (one, other) => {
  expect(collisionKey(one)).toBe(collisionKey(other));
});

test("different names have different keys", () => {
  expect(collisionKey("foo")).not.toBe(collisionKey("fob"));
  expect(collisionKey("é")).not.toBe(collisionKey("e"));
});

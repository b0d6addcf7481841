import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { collisionKey, safeFileName } from "../../src/protocol/file-name.ts";
import { withSuite } from "./suites.ts";

interface Case {
  readonly name: string;
  readonly kind: string;
}

/** Names that are safe everywhere and so must not be touched. */
const KEPT = new Set([
  "percent-traversal",
  "nfc",
  "casefold-a",
  "casefold-b",
  "emoji",
  "255-bytes",
  "sensitive",
  "dollar",
  "backtick",
  "subshell",
  "semicolon",
  "ampersand",
  "quote",
  "hash",
  "win-exec",
  "exec",
  "html",
  "svg",
  "case-1",
  "case-2",
  "case-3",
  "fs-dir",
  "own-file-collision",
]);

const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i;

withSuite("filenames", (folder) => {
  const cases = JSON.parse(readFileSync(join(folder, "names.json"), "utf8")) as Case[];

  test("has its 83 names", () => {
    expect(cases).toHaveLength(83);
  });

  describe.each(cases)("$kind", ({ name, kind }) => {
    const safe = safeFileName(name);

    test("becomes one visible name that every platform can hold", () => {
      expect(safe).not.toMatch(/[/\\:*?"<>|]|\p{Cc}|\p{Bidi_Control}|[\u200b\u2028\u2029\ufeff]/u);
      expect(safe).not.toMatch(/^[.\-~ ]|[. ]$/);
      expect(safe).not.toMatch(DEVICE);
      expect(safe).toBe(safe.normalize("NFC"));
      expect(safe.isWellFormed()).toBe(true);
      expect(Buffer.byteLength(safe)).toBeGreaterThan(0);
      expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(255);
    });

    test(KEPT.has(kind) ? "stays as it is" : "stays itself once it is safe", () => {
      expect(safeFileName(safe)).toBe(safe);
      if (KEPT.has(kind)) expect(safe).toBe(name);
    });
  });

  test("different names stay different, but those equal in NFC", () => {
    const names = new Map(cases.map(({ name }) => [safeFileName(name), name]));
    const distinct = new Set(cases.map(({ name }) => name.normalize("NFC")));
    expect(names.size).toBe(distinct.size);
  });

  test("names that a file system may take for one have one key", () => {
    const keyOf = (kind: string) =>
      collisionKey(safeFileName(cases.find((one) => one.kind === kind)!.name));
    expect(keyOf("case-1")).toBe(keyOf("case-2"));
    expect(keyOf("case-1")).toBe(keyOf("case-3"));
    expect(keyOf("casefold-a")).toBe(keyOf("casefold-b"));
    expect(keyOf("nfd")).toBe(keyOf("nfc"));
  });

  test("this platform's file system gives every name back as it was written", () => {
    const root = mkdtempSync(join(tmpdir(), "names-"));
    try {
      const names = new Set(cases.map(({ name }) => safeFileName(name)));
      for (const name of names) writeFileSync(join(root, name), name, { flag: "wx" });
      expect(new Set(readdirSync(root))).toEqual(names);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import {
  parseContentDisposition,
  suggestedFileName,
} from "../../src/protocol/content-disposition.ts";
import { safeFileName } from "../../src/protocol/file-name.ts";
import { withSuite } from "./suites.ts";

interface Case {
  readonly name: string;
  readonly header: string;
  readonly options?: unknown;
  readonly expect: { readonly type: string; readonly parameters: Readonly<Record<string, string>> };
}

withSuite("content-disposition", (folder) => {
  const entries = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as (
    | Case
    | { readonly error: unknown }
  )[];
  const cases = entries.filter((entry): entry is Case => !("error" in entry));
  const plain = cases.filter((one) => one.options === undefined);

  test("has its 135 cases, 8 of them for options that we do not have", () => {
    expect(cases).toHaveLength(135);
    expect(cases.length - plain.length).toBe(8);
  });

  describe("a field is read as it is meant", () => {
    test.each(plain)("$header", ({ header, expect: { type, parameters } }) => {
      const read = parseContentDisposition(header);
      expect(read.type).toBe(type);
      expect(Object.fromEntries(read.parameters)).toEqual(parameters);
    });
  });

  test("whatever a field suggests becomes one name, in the folder that it is taken in", () => {
    for (const { header } of cases) {
      const suggested = suggestedFileName(header);
      if (suggested === undefined) continue;
      const name = safeFileName(suggested);
      expect(name).not.toMatch(/[/\\]|^\.|^$/);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    }
  });

  describe("an option of the suite's library changes nothing", () => {
    test.each(cases.filter((one) => one.options !== undefined))("$header", ({ header }) => {
      const { parameters } = parseContentDisposition(header);
      const sent = parseContentDisposition(header.replace(/; filename\*=.*/, "")).parameters;
      if (header.includes("filename*=")) expect(parameters.get("filename")).toBe("€ rates.pdf");
      else expect(parameters).toEqual(sent);
      if (header.includes("%22plans")) expect(parameters.get("filename")).toContain("%22plans%22");
    });
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { stringifyJson } from "../../src/formats/json.ts";
import { visible } from "../../src/formats/visible.ts";
import { withSuite } from "./suites.ts";

withSuite("output-injection", (folder) => {
  const payloads = JSON.parse(readFileSync(join(folder, "payloads.json"), "utf8")) as Record<
    "ansi" | "logForging" | "jsonlBreakers",
    string[]
  >;
  const forTerminals = [...payloads.ansi, ...payloads.logForging];

  test.each(forTerminals.filter((text) => /[^ -~]/.test(text)))(
    "%j shows that it was there",
    (payload) => {
      expect(visible(payload)).not.toBe(payload);
    },
  );

  test.each([...forTerminals, ...payloads.jsonlBreakers])(
    "%j is shown as one line of harmless text",
    (payload) => {
      expect(visible(payload)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    },
  );

  test.each([...forTerminals, ...payloads.jsonlBreakers])("%j is one line of JSON", (payload) => {
    const line = stringifyJson({ payload });
    expect(line).not.toMatch(/[\p{Zl}\p{Zp}\p{Cs}\n\r\0]/u);
    expect(JSON.parse(line)).toEqual({ payload });
  });
});

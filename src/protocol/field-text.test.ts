import { expect, test } from "vitest";

import { fieldText } from "./field-text.ts";

const bytesOf = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

test.each([
  ["ASCII", "/a%20b?c", "/a%20b?c"],
  ["the bytes of UTF-8", bytesOf("/Zoë/日本"), "/Zoë/日本"],
  ["bytes that are no UTF-8", "/Zo\u00eb", "/Zo\u00eb"],
  ["a text that was decoded already", "/日本", "/日本"],
])("reads %s", (_, value, text) => {
  expect(fieldText(value)).toBe(text);
});

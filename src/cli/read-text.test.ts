import { expect, test } from "vitest";

import { textOf } from "./read-text.ts";

test.each([
  ["UTF-8", Buffer.from("a: é\n")],
  ["a byte order mark", Buffer.from("\uFEFFa: é\n")],
  ["UTF-16", Buffer.from("\uFEFFa: é\n", "utf16le")],
])("reads %s", async (_, bytes) => {
  expect(await textOf(bytes, "job.yaml")).toBe("a: é\n");
});

test("names the line of what is no text", async () => {
  await expect(textOf(Buffer.from("a\nb: \xe9\n", "latin1"), "job.yaml")).rejects.toThrow(
    /^job\.yaml:2: byte E9 is not UTF-8/,
  );
});

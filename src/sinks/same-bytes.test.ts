import { link } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { hasSameBytes } from "./same-bytes.ts";

const LARGE = Buffer.alloc(2_500_000, "abcdefg");

test.each([
  ["the same", "abc", "abc", true],
  ["others of the same length", "abc", "abd", false],
  ["more", "abc", "abcd", false],
  ["none", "", "", true],
])("bytes that are %s", async (_what, there, other, expected) => {
  await using folder = await temporaryFolder();
  const path = await folder.write("there", there);
  const file = await folder.write("other", other);
  expect(await hasSameBytes(path, Buffer.from(other))).toBe(expected);
  expect(await hasSameBytes(path, { path: file, bytes: other.length })).toBe(expected);
});

test("files of several pieces are compared to their end", async () => {
  await using folder = await temporaryFolder();
  const path = await folder.write("there", LARGE);
  const same = await folder.write("same", LARGE);
  const changed = Buffer.from(LARGE);
  changed[changed.length - 1] = 0;
  const other = await folder.write("other", changed);
  const bytes = LARGE.byteLength;
  expect(await hasSameBytes(path, { path: same, bytes })).toBe(true);
  expect(await hasSameBytes(path, { path: other, bytes })).toBe(false);
  await link(path, join(folder.path, "linked"));
  expect(await hasSameBytes(path, { path: join(folder.path, "linked"), bytes })).toBe(true);
});

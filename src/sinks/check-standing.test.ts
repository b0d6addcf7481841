import { mkdir, truncate, unlink } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { checkStanding } from "./check-standing.ts";

test("what a run left is told from what was cut, changed or removed", async () => {
  await using folder = await temporaryFolder();
  // Longer than one piece that is read at once.
  const text = "0123456789abcdef".repeat(150_000);
  const path = await folder.write("out", text);
  const standing = { bytes: text.length, checksum: crc32(text), columns: undefined };
  expect(await checkStanding(path, standing)).toBe("as it was");
  await folder.write("out", `${text}half a rec`);
  expect(await checkStanding(path, standing)).toBe("as it was");
  await folder.write("out", `${text.slice(0, -1)}x`);
  expect(await checkStanding(path, standing)).toBe("changed");
  await truncate(path, text.length - 1);
  expect(await checkStanding(path, standing)).toBe("shorter");
  await unlink(path);
  expect(await checkStanding(path, standing)).toBe("missing");
  await mkdir(path);
  expect(await checkStanding(path, standing)).toBe("changed");
});

test("where a run left no byte, any file and none are as it was", async () => {
  await using folder = await temporaryFolder();
  const standing = { bytes: 0, checksum: 0, columns: undefined };
  expect(await checkStanding(join(folder.path, "out"), standing)).toBe("as it was");
  expect(await checkStanding(await folder.write("out", "x"), standing)).toBe("as it was");
});

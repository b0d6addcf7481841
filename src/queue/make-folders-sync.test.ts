import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { makeFoldersSync } from "./make-folders-sync.ts";

test("what is missing is made for its owner alone, and noted", async () => {
  await using folder = await temporaryFolder();
  const [outer, inner] = [join(folder.path, "a"), join(folder.path, "a", "b")];
  const made: string[] = [];
  makeFoldersSync(inner, made);
  makeFoldersSync(inner, made);
  expect(made).toEqual([outer, inner]);
  expect(statSync(inner).mode & 0o077).toBe(0);
});

test.runIf(existsSync("/proc/self"))("where no folder can be made, it ends", () => {
  expect(() => makeFoldersSync("/proc/self/a/b", [])).toThrow(/ENOENT/);
});

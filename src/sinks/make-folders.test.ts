import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { makeFolders, removeEmpty } from "./make-folders.ts";

test("what is missing is made, what is there is welcome, a file in the way is refused", async () => {
  await using folder = await temporaryFolder();
  await makeFolders(join(folder.path, "a", "b", "c"));
  await makeFolders(join(folder.path, "a", "b"));
  await makeFolders(join(folder.path, "a", "d", "."));
  expect(await folder.names()).toEqual(["a", "a/b", "a/b/c", "a/d"]);
  const path = await folder.write("file", "");
  await expect(makeFolders(path)).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolders(join(path, "a"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test.runIf(existsSync("/proc/self"))("where no folder can be made, it ends", async () => {
  await expect(makeFolders("/proc/self/a/b")).rejects.toMatchObject({ code: "ENOENT" });
});

test("folders that were made are taken back as far as they are empty", async () => {
  await using folder = await temporaryFolder();
  const [inner, outer] = [join(folder.path, "a", "b"), join(folder.path, "a")];
  expect(await makeFolders(outer)).toEqual([outer]);
  const made = await makeFolders(inner);
  expect(made).toEqual([inner]);
  await removeEmpty(made);
  expect(await folder.names()).toEqual(["a"]);
  const both = await makeFolders(join(folder.path, "c", "d"));
  expect(both).toHaveLength(2);
  await folder.write("c/file", "");
  await removeEmpty(both);
  expect(await folder.names()).toEqual(["a", "c", "c/file"]);
});

import { join } from "node:path";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { makeFolders } from "./make-folders.ts";

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

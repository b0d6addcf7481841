import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { LEFT_FILE, openOwnFiles } from "./own-files.ts";

test("what a crawl claimed is its own, and stays so for those after it that have no use for it", async () => {
  await using folder = await temporaryFolder();
  const [first, second, third] = ["1", "2", "3"].map((name) => join(folder.path, name));
  for (const directory of [first!, second!, third!]) await mkdir(directory);
  {
    using own = openOwnFiles(first!, ["a.html", "b\n.html"]);
    expect(own.has("a.html")).toBe(true);
    expect(own.has("c.html")).toBe(false);
    own.leave(second!, ["a.html"]);
  }
  {
    using own = openOwnFiles(second!, ["a.html"]);
    expect(own.has("b\n.html")).toBe(true);
    own.leave(third!, []);
  }
  expect((await folder.read(join("3", LEFT_FILE))).split("\n")).toHaveLength(3);
});

test("where nothing is left no file says so", async () => {
  await using folder = await temporaryFolder();
  using own = openOwnFiles(folder.path, ["a.html"]);
  own.leave(folder.path, ["a.html", "new.html"]);
  expect(await folder.names()).toEqual([]);
});

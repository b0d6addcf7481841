import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { createClaimedNames } from "./claimed-names.ts";
import { createShelf, type ShelfOptions } from "./shelf.ts";

function shelfIn(root: string, more: Partial<ShelfOptions> = {}) {
  const files = createClaimedNames();
  return createShelf({ files, root, names: "unchecked", equal: "each saved", ...more });
}

const shelved = (name: string, key: string, text: string) => ({
  ...{ wanted: [name], key, body: Buffer.from(text) },
});

test("a name that is free is taken, the same one again for another gets a tag", async () => {
  await using folder = await temporaryFolder();
  const shelf = shelfIn(folder.path);
  expect(shelf.place(shelved("a.txt", "1", "one"))).toMatchObject({ path: "a.txt", state: "free" });
  expect(shelf.place(shelved("a.txt", "2", "two")).path).toMatch(/^a~\w+\.txt$/);
});

test("a file that is there is left, unless its bytes are the same: then it is the one", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "a.txt"), "theirs");
  await mkdir(join(folder.path, "b.txt"));
  const shelf = shelfIn(folder.path);
  expect(shelf.place(shelved("b.txt", "1", "x"))).toMatchObject({ state: "free" });
  expect(shelf.place(shelved("a.txt", "2", "ours!!")).path).toMatch(/^a~\w+\.txt$/);
  const again = shelfIn(folder.path);
  const found = again.place(shelved("a.txt", "3", "theirs"));
  expect(found).toMatchObject({ path: "a.txt", state: "there" });
});

test("equal bodies have one place where that is asked for, over processes too", async () => {
  await using folder = await temporaryFolder();
  const shelf = shelfIn(folder.path, { equal: "saved once" });
  const { sha256 } = shelf.place(shelved("a.txt", "1", "same"));
  expect(shelf.place(shelved("b.txt", "2", "same"))).toEqual({
    path: "a.txt",
    sha256,
    state: "there",
  });
  const later = shelfIn(folder.path, { equal: "saved once", names: "checked" });
  later.remember("a.txt", sha256);
  expect(later.place(shelved("c.txt", "3", "same"))).toMatchObject({
    path: "a.txt",
    state: "there",
  });
});

test("what an earlier process put somewhere is not replaced by something else", async () => {
  await using folder = await temporaryFolder();
  for (const names of ["checked", "unchecked"] as const) {
    const shelf = shelfIn(folder.path, { names });
    shelf.remember("a.txt", "f".repeat(64));
    expect(shelf.place(shelved("a.txt", "1", "changed")).path).toMatch(/^a~\w+\.txt$/);
  }
});

test("the digest of a body in a file is read from it where nobody counted it", async () => {
  await using folder = await temporaryFolder();
  const path = await folder.write("body.part", "in a file");
  const shelf = shelfIn(folder.path);
  const inFile = shelf.place({ wanted: ["x"], key: "1", body: { path, bytes: 9 } });
  expect(inFile.sha256).toBe(shelf.place(shelved("y", "2", "in a file")).sha256);
});

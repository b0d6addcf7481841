import { chmod, readlink, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { type TemporaryFolder, temporaryFolder } from "../../test/support/temp.ts";
import { openWholeFile, type WholeFile } from "./whole-file.ts";

async function open(
  folder: TemporaryFolder,
  exists: "refuse" | "overwrite" = "refuse",
): Promise<WholeFile> {
  return await openWholeFile({ path: join(folder.path, "x"), exists });
}

test("a file has its name once it is whole and placed, and nothing is left beside it", async () => {
  await using folder = await temporaryFolder();
  {
    await using file = await open(folder);
    await file.output.write(Buffer.from("new"));
    expect(await folder.names()).toEqual([expect.stringMatching(/^\.fanfetch-\w+\.part$/)]);
    await file.output.close();
    await file.place();
  }
  expect(await folder.names()).toEqual(["x"]);
  expect(await folder.read("x")).toBe("new");
});

test("a file that is not placed leaves nothing, be its output closed or not", async () => {
  await using folder = await temporaryFolder();
  for (const ends of ["closed", "open"]) {
    await using file = await open(folder);
    await file.output.write(Buffer.from("half"));
    if (ends === "closed") await file.output.close();
  }
  expect(await folder.names()).toEqual([]);
});

test("a file that is replaced stays until then and gives its permissions", async () => {
  await using folder = await temporaryFolder();
  const path = await folder.write("x", "old");
  await chmod(path, 0o640);
  {
    await using file = await open(folder, "overwrite");
    await file.output.write(Buffer.from("half"));
  }
  expect(await folder.read("x")).toBe("old");
  await using file = await open(folder, "overwrite");
  await file.output.write(Buffer.from("new"));
  await file.output.close();
  expect(await folder.read("x")).toBe("old");
  await file.place();
  expect(await folder.read("x")).toBe("new");
  expect((await stat(path)).mode & 0o777).toBe(0o640);
});

test("what a link leads to is replaced, not the link", async () => {
  await using folder = await temporaryFolder();
  await folder.write("target", "old");
  await symlink("target", join(folder.path, "x"));
  await using file = await open(folder, "overwrite");
  await file.output.write(Buffer.from("new"));
  await file.output.close();
  await file.place();
  expect(await readlink(join(folder.path, "x"))).toBe("target");
  expect(await folder.read("target")).toBe("new");
});

test("a file that is there, or comes meanwhile, is not replaced without leave", async () => {
  await using folder = await temporaryFolder();
  const refusal = { name: "UsageError", message: expect.stringContaining("--force overwrites") };
  {
    await using file = await open(folder);
    await file.output.write(Buffer.from("new"));
    await file.output.close();
    await folder.write("x", "another's");
    await expect(file.place()).rejects.toMatchObject(refusal);
  }
  await expect(open(folder)).rejects.toMatchObject(refusal);
  expect(await folder.names()).toEqual(["x"]);
  expect(await folder.read("x")).toBe("another's");
});

test("inputs, folders and names that cannot be are refused before anything is made", async () => {
  await using folder = await temporaryFolder();
  const path = await folder.write("x", "input");
  const input = { path, exists: "overwrite", inputs: [path] } as const;
  await expect(openWholeFile(input)).rejects.toThrow(/is also the input/);
  const at = (name: string) =>
    openWholeFile({ path: join(folder.path, name), exists: "overwrite" });
  await expect(at(".")).rejects.toThrow(/it is a folder/);
  await expect(at("none/y")).rejects.toThrow(/there is no folder/);
  await expect(at("x/y")).rejects.toMatchObject({ name: "UsageError" });
  expect(await folder.names()).toEqual(["x"]);
});

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { collisionKey } from "../protocol/file-name.ts";
import { fewNames } from "./few-names.ts";
import { Folder } from "./folder.ts";

test("the names of a folder are told as far as they are few", async () => {
  await using place = await temporaryFolder();
  await using folder = await Folder.openRoot(place.path);
  expect(await fewNames(folder)).toEqual(new Set());
  await writeFile(join(place.path, "Straße.json"), "");
  await mkdir(join(place.path, "b"));
  const found = await fewNames(folder, 2);
  expect(found).toEqual(new Set(["Straße.json", "b"].map(collisionKey)));
  expect(found?.has(collisionKey("STRASSE.JSON"))).toBe(true);
  expect(await fewNames(folder, 1)).toBeUndefined();
});

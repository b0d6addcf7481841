import { opendir } from "node:fs/promises";

import { collisionKey } from "../protocol/file-name.ts";
import type { Folder } from "./folder.ts";

/** Names of a folder that are read in one go. */
const MOST_NAMES = 10_000;

/**
 * The names in a folder as keys that are equal where a file system may take two for one (`collisionKey`);
 * undefined where there are more than `most`. @throws the system's error
 */
export async function fewNames(
  folder: Folder,
  most: number = MOST_NAMES,
): Promise<ReadonlySet<string> | undefined> {
  const found = new Set<string>();
  for await (const { name } of await opendir(await folder.at("."), { bufferSize: 1_000 })) {
    if (found.size === most) return undefined;
    found.add(collisionKey(name));
  }
  return found;
}

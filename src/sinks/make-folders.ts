import { mkdir, rmdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { errorCode } from "./output-error.ts";
import { syncFolder } from "./sync-folder.ts";

/**
 * Makes a folder and those above it that are missing, their names durable; gives those that it made, the
 * innermost last. Beware: mkdir's own `recursive` tells of a read-only disk as "no such file".
 * @throws the system's error
 */
export async function makeFolders(path: string): Promise<readonly string[]> {
  try {
    await mkdir(path);
    await syncFolder(dirname(resolve(path)));
    return [path];
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return [];
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    const above = await makeFolders(dirname(path));
    return [...above, ...(await makeFolders(path))];
  }
}

/** Takes back folders that `makeFolders` made, as far as nothing is in them. */
export async function removeEmpty(made: readonly string[]): Promise<void> {
  for (const path of made.toReversed()) {
    try {
      await rmdir(path);
    } catch {
      // In use, or another's business by now: then so are those above it.
      return;
    }
  }
}

import { mkdir, rmdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { errorCode } from "./output-error.ts";
import { syncFolder } from "./sync-folder.ts";

/**
 * Makes a folder and those above it that are missing, their names durable; gives those that it made, the
 * innermost last. Beware: mkdir's own `recursive` tells of a read-only disk as "no such file", and never ends below /proc.
 * @throws the system's error
 */
export async function makeFolders(path: string): Promise<readonly string[]> {
  return await make(path, TRIES);
}

/** One for the folder above, and two in case that another process takes that away again. */
const TRIES = 3;

async function make(path: string, triesLeft: number): Promise<readonly string[]> {
  try {
    await mkdir(path);
    await syncFolder(dirname(resolve(path)));
    return [path];
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return [];
    // Where no folder can be made at all, /proc says "no such file" too, whatever is above.
    if (code !== "ENOENT" || dirname(path) === path || triesLeft === 0) throw error;
    const above = await makeFolders(dirname(path));
    return [...above, ...(await make(path, triesLeft - 1))];
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

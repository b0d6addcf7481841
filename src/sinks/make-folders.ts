import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { errorCode } from "./output-error.ts";
import { syncFolder } from "./sync-folder.ts";

/**
 * Makes a folder and those above it that are missing, their names durable. Beware: mkdir's own `recursive` tells of a
 * read-only disk as "no such file".
 * @throws the system's error
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
    await syncFolder(dirname(resolve(path)));
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await makeFolders(path);
  }
}

import { open } from "node:fs/promises";

import { errorCode } from "./output-error.ts";

/** A folder that one may write to and not read, or a file system that keeps names by itself. */
const CANNOT: ReadonlySet<string | undefined> = new Set([
  "EACCES",
  "EPERM",
  "EINVAL",
  "ENOTSUP",
  "ENOSYS",
]);

/** Makes the names in a folder durable, where the system lets one ask for it. @throws the system's error */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and keeps names with their files.
  if (process.platform === "win32") return;
  try {
    await using handle = await open(path);
    await handle.sync();
  } catch (error) {
    if (!CANNOT.has(errorCode(error))) throw error;
  }
}

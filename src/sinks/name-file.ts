import { link, rename, unlink } from "node:fs/promises";

import { exists } from "./exists.ts";
import { errorCode } from "./output-error.ts";

/** Which file gets which name. */
export interface Naming {
  readonly from: string;
  readonly to: string;
  /** What becomes of a file that has the name. */
  readonly exists: "refuse" | "overwrite";
}

/**
 * Gives a whole file its name; without leave to overwrite by a link, which never replaces anything.
 * `taken`: something has the name, and nothing was done.
 * @throws the system's error
 */
export async function nameFile(naming: Naming): Promise<"named" | "taken"> {
  const { from, to } = naming;
  if (naming.exists === "overwrite") {
    await rename(from, to);
    return "named";
  }
  try {
    await link(from, to);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST") return "taken";
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw error;
    // A file system without hard links (FAT, some shares): as close as it can do.
    if (await exists(to)) return "taken";
    await rename(from, to);
    return "named";
  }
  await unlink(from);
  return "named";
}

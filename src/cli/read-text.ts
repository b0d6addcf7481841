import { readFile } from "node:fs/promises";

import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";

/**
 * The bytes of a file that an option names, `-` is standard input.
 * @throws UsageError saying why it cannot be read.
 */
export async function readText(path: string): Promise<Uint8Array> {
  try {
    if (path !== "-") return await readFile(path);
    const chunks: Uint8Array[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  } catch (error) {
    throw new UsageError(`${visible(path)} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** Why the system refused a file, in words. */
export function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return "there is no such file";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "EISDIR":
      return "it is a folder";
    case "ENOTDIR":
      return "a part of its path is no folder";
    case "EROFS":
      return "the disk is read-only";
    case "ENOSPC":
      return "the disk is full";
    default:
      return visible((error as Error).message);
  }
}

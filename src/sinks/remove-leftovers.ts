import { opendir, unlink } from "node:fs/promises";

import type { Folder } from "./folder.ts";

/**
 * Removes from one folder the temporary files that a killed run left: `<prefix>-<number>.part` and
 * nothing else. @throws the system's error
 */
export async function removeLeftovers(folder: Folder, prefix: string): Promise<void> {
  const left: string[] = [];
  for await (const { name } of await opendir(await folder.at("."))) {
    const isOurs = name.startsWith(`${prefix}-`) && name.endsWith(".part");
    if (isOurs && /^\d+$/.test(name.slice(prefix.length + 1, -".part".length))) left.push(name);
  }
  for (const name of left) await unlink(await folder.at(name));
}
